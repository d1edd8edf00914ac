package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.error.PetaCoreException;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.PlainClient;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.KvStore;
import io.petacore.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Clusters that let in only whom they know. */
class SecurityTest {

  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(2);

  private static DistributedStorage open(KvStore store, String namespace, Duration timeout) {
    return DistributedStorage.builder(store).namespace(namespace).openTimeout(timeout).open();
  }

  private static void assertWorks(EtcdKvStore.Builder client, String namespace) {
    try (KvStore one = client.connect();
        KvStore other = client.connect();
        DistributedStorage a = open(one, namespace, Await.PATIENCE);
        DistributedStorage b = open(other, namespace, Await.PATIENCE)) {
      a.runTransaction(tx -> tx.write("key", "value"));
      Await.until("b sees it", () -> "value".equals(b.read("key")));
      b.runTransaction(tx -> tx.delete("key"));
      Await.until("a sees it", () -> a.read("key") == null);
    }
  }

  private static void assertShutOut(EtcdKvStore.Builder client, String namespace) {
    long start = System.nanoTime();
    try (KvStore store = client.connect()) {
      assertThrows(PetaCoreException.class, () -> open(store, namespace, OPEN_TIMEOUT).close());
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertEquals(-1, took.compareTo(OPEN_TIMEOUT.plusSeconds(5)), () -> "took " + took);
  }

  /** Users and passwords. */
  @Nested
  @WithEtcd(own = true)
  class WithAuthentication {

    /**
     * One who may do everything, and one who has the keys of the namespace and no others, can both
     * work in it; a wrong password, none at all, and another one's namespace shut out, in time.
     */
    @Test
    void usersHaveWhatTheyMayHave(EtcdCluster etcd) {
      PlainClient client = etcd.client();
      String namespace = etcd.freshNamespace();
      client.addUserOfPrefix("shop", "shop-secret", namespace);
      client.enableAuthentication("root-secret");

      EtcdKvStore.Builder plain = EtcdKvStore.builder().endpoints(etcd.endpoints());
      assertShutOut(plain, namespace);
      assertShutOut(plain.credentials("root", "guessed"), namespace);
      assertWorks(plain.credentials("root", "root-secret"), namespace);
      assertWorks(plain.credentials("shop", "shop-secret"), namespace);
      assertShutOut(plain.credentials("shop", "shop-secret"), etcd.freshNamespace());

      PlainClient root = client.as("root", "root-secret");
      assertEquals(Optional.empty(), root.get(namespace + "key"));
    }
  }

  /** Certificates. */
  @Nested
  @WithEtcd(tls = true)
  class WithTls {

    /** The server's certificate is trusted by its authority alone; plain text is no way in. */
    @Test
    void theServerIsKnownByItsCertificate(EtcdCluster etcd) {
      String namespace = etcd.freshNamespace();
      EtcdKvStore.Builder builder = EtcdKvStore.builder().endpoints(etcd.endpoints());
      assertWorks(builder.trustedCertificates(etcd.tls().certificate()), namespace);
      assertShutOut(builder.trustedCertificates(etcd.tls().stranger()), namespace);
      String plain = etcd.endpoints()[0].replace("https:", "http:");
      assertShutOut(EtcdKvStore.builder().endpoints(plain), namespace);
    }

    /** A certificate for 127.0.0.1 does not vouch for another name. */
    @Test
    void theNameMustBeThatOfTheCertificate(EtcdCluster etcd) {
      Path trusted = etcd.tls().certificate();
      EtcdKvStore.Builder builder =
          EtcdKvStore.builder().endpoints(etcd.endpoints()).trustedCertificates(trusted);
      assertWorks(builder.authority("localhost"), etcd.freshNamespace());
      assertShutOut(builder.authority("elsewhere.example"), etcd.freshNamespace());
    }
  }
}
