package io.petacore.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The etcd that tests use: named by the environment, or one server for this JVM. */
final class EtcdServer {
  private static final String ENDPOINTS = "PETACORE_ETCD_ENDPOINTS";
  private static final String PROGRAM = "PETACORE_ETCD_BIN";
  private static final int ATTEMPTS = 5;

  @GuardedBy("EtcdServer.class")
  private static @Nullable String started;

  private EtcdServer() {}

  static KvStore connect(List<String> endpoints) {
    return EtcdKvStore.connect(endpoints.toArray(String[]::new));
  }

  /**
   * Returns the endpoints.
   *
   * @throws IllegalStateException if there is no etcd; the message says how to provide one
   */
  static synchronized List<String> endpoints() {
    String named = System.getenv(ENDPOINTS);
    if (named != null && !named.isBlank()) {
      return Arrays.stream(named.split(",", -1)).map(String::strip).toList();
    }
    String endpoint = started;
    if (endpoint == null) {
      endpoint = start(program());
      started = endpoint;
    }
    return List.of(endpoint);
  }

  private static Path program() {
    String named = System.getenv(PROGRAM);
    if (named != null && !named.isBlank()) {
      return Path.of(named);
    }
    String path = System.getenv().getOrDefault("PATH", "");
    return Arrays.stream(path.split(System.getProperty("path.separator"), -1))
        .map(directory -> Path.of(directory).resolve("etcd"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "store = ETCD needs etcd: set "
                        + ENDPOINTS
                        + " to the URLs of a cluster, put etcd on the PATH, or set "
                        + PROGRAM
                        + " to the program"));
  }

  /** Starts a server on free ports of the loopback interface; it ends with this JVM. */
  private static String start(Path program) {
    SplittableRandom random = new SplittableRandom(System.nanoTime());
    Path log = null;
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        // Below the ephemeral range, so that no client connects to itself.
        int port = random.nextInt(12_000, 31_998);
        Path data = Files.createTempDirectory("petacore-testkit");
        log = data.resolve("log");
        Process process = launch(program, data, log, port);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process, data), "end-etcd"));
        // Another process may have the port: then etcd ends at once.
        while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
          if (listens(port)) {
            return "http://127.0.0.1:" + port;
          }
        }
      }
      throw new IllegalStateException(program + " does not start; see " + log);
    } catch (IOException e) {
      throw new UncheckedIOException(program + " cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while etcd was starting", e);
    }
  }

  private static Process launch(Path program, Path data, Path log, int port) throws IOException {
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + (port + 1);
    ProcessBuilder builder =
        new ProcessBuilder(
                program.toString(),
                "--data-dir=" + data.resolve("data"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // Settings for etcd in the environment of the developer must not apply.
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCD"));
    return builder.start();
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static void end(Process process, Path data) {
    process.destroyForcibly();
    try (Stream<Path> files = Files.walk(data)) {
      process.waitFor(5, TimeUnit.SECONDS);
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.getLogger(EtcdServer.class.getName())
          .log(System.Logger.Level.WARNING, "cannot delete " + data, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
