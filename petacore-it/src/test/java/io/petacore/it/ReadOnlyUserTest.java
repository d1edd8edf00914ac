package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.error.StoreRefusedException;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.KvStore;
import io.petacore.testing.Await;
import io.petacore.testing.LogCapture;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A user with only read permission on a namespace. */
@WithEtcd(own = true)
class ReadOnlyUserTest {

  private final EtcdCluster etcd;

  ReadOnlyUserTest(EtcdCluster etcd) {
    this.etcd = etcd;
  }

  private KvStore connect(String user) {
    return EtcdKvStore.builder().endpoints(etcd.endpoints()).credentials(user, "secret").connect();
  }

  @Test
  void aReaderCanOpenReadOnlyAndIsRejectedAtOnceOtherwise() {
    String namespace = etcd.freshNamespace();
    etcd.client().addUserOfPrefix("writer", "secret", namespace);
    etcd.client().addReaderOfPrefix("reader", "secret", namespace);
    etcd.client().enableAuthentication("secret");
    try (LogCapture log = new LogCapture();
        KvStore writing = connect("writer");
        KvStore reading = connect("reader");
        DistributedStorage writer = builder(writing, namespace).open()) {
      writer.runTransaction(tx -> tx.write("key", "1"));
      long started = System.nanoTime();
      StoreRefusedException rejected =
          assertThrows(
              StoreRefusedException.class, () -> builder(reading, namespace).open().close());
      assertTrue(Duration.ofNanos(System.nanoTime() - started).toSeconds() < 10, "at once");
      assertTrue(String.valueOf(rejected.getMessage()).contains("permission denied"));
      try (DistributedStorage reader = builder(reading, namespace).readOnly().open()) {
        assertEquals("1", reader.read("key"));
        assertThrows(
            ReadOnlyStorageException.class,
            () -> reader.runTransaction(tx -> tx.write("key", "2")));
        writer.runTransaction(tx -> tx.write("key", "3"));
        Await.until("the reader applies the commit", () -> "3".equals(reader.read("key")));
      }
      assertEquals(List.of(), log.lines("INFO", "permission denied"), "unexpected log entries");
      assertEquals(List.of(), log.lines("WARN", "permission denied"), "unexpected log entries");
    }
  }

  private static StorageBuilder builder(KvStore store, String namespace) {
    return DistributedStorage.builder(store).namespace(namespace);
  }
}
