package io.petacore.it.etcd;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where clusters come from, the first that is there: endpoints named in the environment, an etcd
 * program, Docker. Named endpoints serve only tests that ask for nothing special and do no harm;
 * the others get a cluster of their own from the next source.
 */
public final class EtcdSource {

  /** Names the endpoints of an etcd to be used, URLs with commas between. */
  public static final String ENDPOINTS = "PETACORE_ETCD_ENDPOINTS";

  /** Names the etcd program, where it is not the one on the path. */
  public static final String PROGRAM = "PETACORE_ETCD_BIN";

  /**
   * Names a container image with an {@code etcd} on its path, instead of one built from Debian's.
   */
  public static final String IMAGE = "PETACORE_ETCD_IMAGE";

  private final Map<String, String> environment;

  EtcdSource(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** What this process's environment offers. */
  public static EtcdSource ofEnvironment() {
    return new EtcdSource(System.getenv());
  }

  /**
   * Provides a cluster, ready to be used.
   *
   * @param name for logs and directories: the test's
   * @throws IllegalStateException if there is no etcd, with what to do about it
   */
  public EtcdCluster provide(ClusterSpec spec, String name) {
    List<String> named = namedEndpoints();
    if (!named.isEmpty() && spec.isUndemanding()) {
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

  private Launcher launcher(boolean nothingNamed) {
    Optional<Path> program = program();
    if (program.isPresent()) {
      return new ProgramLauncher(program.get());
    }
    if (ContainerLauncher.isPossible()) {
      String image = environment.get(IMAGE);
      return image == null ? ContainerLauncher.ofDebian() : ContainerLauncher.ofImage(image);
    }
    throw new IllegalStateException(
        (nothingNamed
                ? "No etcd to test with."
                : "This test hurts etcd, or wants more than one member, flags or TLS: the"
                    + " endpoints named in "
                    + ENDPOINTS
                    + " can't serve it, and there is no other etcd.")
            + " Install etcd 3.4 or later (Debian: apt-get install etcd-server) so that it is on"
            + " the PATH, or name the program in "
            + PROGRAM
            + ", or start Docker. petacore-it/with-etcd installs it where it may.");
  }

  /**
   * The program to start.
   *
   * @throws IllegalStateException if one is named that can't be run
   */
  Optional<Path> program() {
    String named = environment.get(PROGRAM);
    if (named != null && !named.isBlank()) {
      Path program = Path.of(named).toAbsolutePath();
      if (!isProgram(program)) {
        throw new IllegalStateException(PROGRAM + " names no program: " + program);
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
