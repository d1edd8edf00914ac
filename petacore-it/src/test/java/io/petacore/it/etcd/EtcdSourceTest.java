package io.petacore.it.etcd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of sources of etcd, and error messages. */
class EtcdSourceTest {

  private static final ClusterSpec ANY = new ClusterSpec(1, false, List.of(), false, false);

  @Test
  void endpointsFromTheEnvironmentAreSharedAndHaveNoMembers() {
    EtcdSource source =
        new EtcdSource(Map.of(EtcdSource.ENDPOINTS, "http://10.0.0.1:2379, http://10.0.0.2:2379"));
    try (EtcdCluster cluster = source.provide(ANY, "test")) {
      assertArrayEquals(
          new String[] {"http://10.0.0.1:2379", "http://10.0.0.2:2379"}, cluster.endpoints());
      String message =
          String.valueOf(assertThrows(IllegalStateException.class, cluster::member).getMessage());
      assertTrue(message.contains("@WithEtcd(own = true)"), message);
      assertThrows(IllegalStateException.class, cluster::compact);
    }
  }

  @Test
  void theConfiguredProgramPrecedesThePath(@TempDir Path directory) throws IOException {
    Path onPath = program(directory.resolve("etcd"));
    Path named = program(directory.resolve("other-etcd"));
    String path = "/nowhere:" + directory;
    assertEquals(
        Optional.of(named),
        new EtcdSource(Map.of("PATH", path, EtcdSource.PROGRAM, named.toString())).program());
    assertEquals(Optional.of(onPath), new EtcdSource(Map.of("PATH", path)).program());
    assertEquals(Optional.empty(), new EtcdSource(Map.of("PATH", "/nowhere")).program());
  }

  @Test
  void aMissingConfiguredProgramIsAnError() {
    EtcdSource source = new EtcdSource(Map.of(EtcdSource.PROGRAM, "/nowhere/etcd"));
    String message =
        String.valueOf(
            assertThrows(IllegalStateException.class, () -> source.provide(ANY, "test"))
                .getMessage());
    assertTrue(message.contains("/nowhere/etcd"), message);
  }

  private static Path program(Path file) throws IOException {
    Files.createFile(file);
    assertTrue(file.toFile().setExecutable(true));
    return file;
  }
}
