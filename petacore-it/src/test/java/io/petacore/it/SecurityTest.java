package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.KeyRange;
import io.petacore.error.PetaCoreException;
import io.petacore.etcd.EtcdCredentials;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.PlainClient;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.KvStore;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.testing.Await;
import io.petacore.transaction.TransactionOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Clusters that let in only whom they know. */
class SecurityTest {

  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(2);
  private static final RangeRequest ANY = new RangeRequest(KeyRange.prefix("any"), 0, 1);

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

  /** What never heals by waiting is told at once, with the endpoint and the reason. */
  private static void assertMisconfigured(EtcdKvStore.Builder client, String... words) {
    long start = System.nanoTime();
    try (KvStore store = client.requestTimeout(Await.PATIENCE).connect()) {
      StoreException failure =
          StoreException.of(store.range(ANY).handle((page, thrown) -> thrown).join());
      assertEquals(StoreException.Kind.MISCONFIGURED, failure.kind(), failure.getMessage());
      for (String word : words) {
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.contains(word), message);
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.toSeconds() < 15, () -> "took " + took);
  }

  /** Users and passwords. */
  @Nested
  @WithEtcd(own = true)
  class WithAuthentication {

    private static String shop = "";

    private final EtcdKvStore.Builder client = EtcdKvStore.builder();
    private final EtcdCluster etcd;

    WithAuthentication(EtcdCluster etcd) {
      this.etcd = etcd;
      client.endpoints(etcd.endpoints());
    }

    @BeforeAll
    static void enable(EtcdCluster etcd) {
      shop = etcd.freshNamespace();
      etcd.client().addUserOfPrefix("shop", "shop-secret", shop);
      etcd.client().enableAuthentication("root-secret");
    }

    /** A wrong password and none at all shut out, in time; the right one lets in. */
    @Test
    void thePasswordLetsIn() {
      String namespace = etcd.freshNamespace();
      assertShutOut(client, namespace);
      assertShutOut(client.credentials("root", "guessed"), namespace);
      assertWorks(client.credentials("root", "root-secret"), namespace);
      PlainClient root = etcd.client().as("root", "root-secret");
      assertEquals(Optional.empty(), root.get(namespace + "key"));
    }

    /** A wrong password and a missing one are no outage. */
    @Test
    void whoIsRefusedIsToldWhy() {
      assertMisconfigured(client, "user name is empty");
      assertMisconfigured(client.credentials("root", "guessed"), "refuses user root");
      assertMisconfigured(client.credentials("nobody", "guessed"), "refuses user nobody");
    }

    /** The application goes on with the new password as soon as it has it. */
    @Test
    void aChangedPasswordNeedsNoRestart() {
      String namespace = etcd.freshNamespace();
      PlainClient root = etcd.client().as("root", "root-secret");
      root.addUserOfPrefix("rotated", "old", namespace);
      AtomicReference<String> password = new AtomicReference<>("old");
      try (KvStore store =
              client.credentials(() -> new EtcdCredentials("rotated", password.get())).connect();
          DistributedStorage storage = open(store, namespace, Await.PATIENCE)) {
        storage.runTransaction(tx -> tx.write("key", "before"));
        etcd.client()
            .as("root", "root-secret")
            .call("/v3/auth/user/changepw", "{\"name\":\"rotated\",\"password\":\"new\"}");
        assertThrows(
            PetaCoreException.class,
            () ->
                storage.runTransaction(
                    TransactionOptions.defaults().timeout(Duration.ofSeconds(2)),
                    tx -> tx.write("key", "never")));
        password.set("new");
        storage.runTransaction(tx -> tx.write("key", "after"));
        assertEquals("after", storage.read("key"));
      }
    }

    /** One who may use the keys of a namespace and no others can work in it, and nowhere else. */
    @Test
    void theKeysOfTheNamespaceAreEnough() {
      client.credentials("shop", "shop-secret");
      assertShutOut(client, etcd.freshNamespace());
      assertWorks(client, shop);
    }
  }

  /** TLS on this side only. */
  @Nested
  @WithEtcd(own = true)
  class WithoutTls {

    @Test
    void whoSpeaksTlsIsTold(EtcdCluster etcd) {
      String address = etcd.endpoints()[0].substring("http://".length());
      assertMisconfigured(EtcdKvStore.builder().endpoints("https://" + address), address, "http");
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

    /** Whoever has to mend it learns where and what. */
    @Test
    void whatDoesNotMatchIsTold(EtcdCluster etcd) {
      String endpoint = etcd.endpoints()[0];
      String address = endpoint.substring("https://".length());
      assertMisconfigured(
          EtcdKvStore.builder().endpoints(endpoint).trustedCertificates(etcd.tls().stranger()),
          address,
          "the server's certificate is not accepted");
      assertMisconfigured(
          EtcdKvStore.builder()
              .endpoints(endpoint)
              .trustedCertificates(etcd.tls().certificate())
              .authority("elsewhere.example"),
          address,
          "elsewhere.example");
      assertMisconfigured(EtcdKvStore.builder().endpoints("http://" + address), address, "https");
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
