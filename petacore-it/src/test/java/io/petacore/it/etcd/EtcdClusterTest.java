package io.petacore.it.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.testing.Await;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the test cluster. */
@WithEtcd(own = true, flags = "--max-txn-ops=7")
class EtcdClusterTest {

  private final EtcdCluster etcd;
  private final PlainClient client;
  private final String key;

  EtcdClusterTest(EtcdCluster etcd) {
    this.etcd = etcd;
    client = etcd.client();
    key = etcd.freshNamespace() + "key";
  }

  @Test
  void theClientReadsWhatItWrites() {
    assertEquals(Optional.empty(), client.get(key));
    long first = client.put(key, "värde");
    assertEquals(first, client.revision());
    assertEquals(Optional.of("värde"), client.get(key));
    client.put(key, "");
    assertEquals(Optional.of(""), client.get(key));
    assertEquals(1, client.count(key));
    assertEquals(first + 2, client.delete(key));
    assertEquals(Optional.empty(), client.get(key));
    long lease = client.grantLease(Duration.ofMinutes(1));
    client.put(key, "leased", lease);
    client.revokeLease(lease);
    assertEquals(Optional.empty(), client.get(key));
  }

  @Test
  void aRestartedMemberKeepsItsDataAndEndpoint() {
    client.put(key, "kept");
    etcd.member().kill();
    assertFalse(etcd.member().isRunning());
    assertThrows(UncheckedIOException.class, client::revision);
    etcd.member().start();
    assertEquals(Optional.of("kept"), client.get(key));
  }

  @Test
  void aPausedMemberRespondsAfterItIsResumed() throws Exception {
    etcd.member().pause();
    Thread writer = new Thread(() -> client.put(key, "late"));
    writer.start();
    Await.until("the writer waits", () -> writer.getState() == Thread.State.WAITING);
    etcd.member().resume();
    writer.join();
    assertEquals(Optional.of("late"), client.get(key));
  }

  @Test
  void compactsAndAppliesFlags() {
    client.put(key, "old");
    long old = client.put(key, "new") - 1;
    etcd.compact();
    String read = "{\"key\":\"AA==\",\"revision\":\"%d\"}".formatted(old);
    String rejection =
        String.valueOf(
            assertThrows(IllegalStateException.class, () -> client.call("/v3/kv/range", read))
                .getMessage());
    assertTrue(rejection.contains("compacted"), rejection);

    String operation = "{\"requestRange\":{\"key\":\"AA==\"}}";
    String tooMany = "{\"success\":[" + (operation + ",").repeat(7) + operation + "]}";
    String limit =
        String.valueOf(
            assertThrows(IllegalStateException.class, () -> client.call("/v3/kv/txn", tooMany))
                .getMessage());
    assertTrue(limit.contains("too many operations"), limit);
  }

  @Test
  void restoresABackup(@TempDir Path directory) {
    client.put(key, "before");
    long revision = client.revision();
    Backup backup = etcd.backup(directory);
    client.put(key, "after");
    etcd.restore(backup);
    assertEquals(Optional.of("before"), client.get(key));
    assertEquals(revision, client.revision());
  }
}
