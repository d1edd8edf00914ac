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

/** A user of etcd who may read a namespace, and nothing else. */
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
  void aReaderFollowsReadOnlyAndIsRefusedAtOnceOtherwise() {
    String namespace = etcd.freshNamespace();
    etcd.client().addUserOfPrefix("writer", "secret", namespace);
    etcd.client().addReaderOfPrefix("reader", "secret", namespace);
    etcd.client().enableAuthentication("secret");
    try (LogCapture log = new LogCapture();
        KvStore writing = connect("writer");
        KvStore reading = connect("reader");
        DistributedStorage writer = builder(writing, namespace).open()) {
      writer.runTransaction(tx -> tx.write("key", "1"));
      long begun = System.nanoTime();
      StoreRefusedException refused =
          assertThrows(
              StoreRefusedException.class, () -> builder(reading, namespace).open().close());
      assertTrue(Duration.ofNanos(System.nanoTime() - begun).toSeconds() < 10, "at once");
      assertTrue(String.valueOf(refused.getMessage()).contains("permission denied"));
      try (DistributedStorage reader = builder(reading, namespace).readOnly().open()) {
        assertEquals("1", reader.read("key"));
        assertThrows(
            ReadOnlyStorageException.class,
            () -> reader.runTransaction(tx -> tx.write("key", "2")));
        writer.runTransaction(tx -> tx.write("key", "3"));
        Await.until("it follows", () -> "3".equals(reader.read("key")));
      }
      assertEquals(List.of(), log.lines("INFO", "permission denied"), "nothing alarming");
      assertEquals(List.of(), log.lines("WARN", "permission denied"), "nothing alarming");
    }
  }

  private static StorageBuilder builder(KvStore store, String namespace) {
    return DistributedStorage.builder(store).namespace(namespace);
  }
}
