package io.petacore.it.etcd;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Provides clusters from the first available source: endpoints in the environment, an etcd program,
 * or Docker. Endpoints in the environment are used only by tests that require no special cluster
 * and inject no faults; other tests get their own cluster from the next source.
 */
public final class EtcdSource {

  /** Environment variable: endpoints of an existing cluster, comma-separated URLs. */
  public static final String ENDPOINTS = "PETACORE_ETCD_ENDPOINTS";

  /** Environment variable: the etcd program, if not the one on the path. */
  public static final String PROGRAM = "PETACORE_ETCD_BIN";

  /**
   * Environment variable: a container image with {@code etcd} on its path, instead of one with
   * Debian's etcd.
   */
  public static final String IMAGE = "PETACORE_ETCD_IMAGE";

  private final Map<String, String> environment;

  EtcdSource(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Creates a source from the environment of this process. */
  public static EtcdSource ofEnvironment() {
    return new EtcdSource(System.getenv());
  }

  /**
   * Starts or connects to a cluster.
   *
   * @param name the name of the test, for logs and directories
   * @throws IllegalStateException if no etcd is available; the message explains how to provide one
   */
  public EtcdCluster provide(ClusterSpec spec, String name) {
    List<String> named = namedEndpoints();
    if (!named.isEmpty() && spec.isSatisfiedByAny()) {
      return EtcdCluster.ofEndpoints(named);
    }
    return new ClusterStarter(launcher(named.isEmpty())).start(spec, name);
  }

  private List<String> namedEndpoints() {
    return Arrays.stream(environment.getOrDefault(ENDPOINTS, "").split(","))
        .map(String::strip)
        .filter(endpoint -> !endpoint.isEmpty())
        .toList();
  }

  private Launcher launcher(boolean noEndpoints) {
    Optional<Path> program = program();
    if (program.isPresent()) {
      return new ProgramLauncher(program.get());
    }
    if (ContainerLauncher.isPossible()) {
      String image = environment.get(IMAGE);
      return image == null ? ContainerLauncher.ofDebian() : ContainerLauncher.ofImage(image);
    }
    throw new IllegalStateException(
        (noEndpoints
                ? "No etcd is available."
                : "This test requires its own cluster, or several members, flags or TLS; it cannot"
                    + " use the endpoints in "
                    + ENDPOINTS
                    + ", and no other etcd is available.")
            + " Install etcd 3.4 or later (Debian: apt-get install etcd-server) on the PATH, set "
            + PROGRAM
            + " to the program, or start Docker; petacore-it/with-etcd installs etcd on Debian.");
  }

  /**
   * The etcd program, if one is available.
   *
   * @throws IllegalStateException if the environment specifies a file that is not executable
   */
  Optional<Path> program() {
    String named = environment.get(PROGRAM);
    if (named != null && !named.isBlank()) {
      Path program = Path.of(named).toAbsolutePath();
      if (!isProgram(program)) {
        throw new IllegalStateException(PROGRAM + " is not an executable file: " + program);
      }
      return Optional.of(program);
    }
    String path = environment.getOrDefault("PATH", "");
    return Arrays.stream(path.split(System.getProperty("path.separator")))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory).resolve("etcd").toAbsolutePath())
        .filter(EtcdSource::isProgram)
        .findFirst();
  }

  private static boolean isProgram(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }
}
