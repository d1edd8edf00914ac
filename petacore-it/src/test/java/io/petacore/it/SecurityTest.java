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

/** Authentication and TLS. */
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

  private static void assertRejected(EtcdKvStore.Builder client, String namespace) {
    long start = System.nanoTime();
    try (KvStore store = client.connect()) {
      assertThrows(PetaCoreException.class, () -> open(store, namespace, OPEN_TIMEOUT).close());
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertEquals(-1, took.compareTo(OPEN_TIMEOUT.plusSeconds(5)), () -> "took " + took);
  }

  /** A configuration error is reported at once, with the endpoint and the reason. */
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

    /** A wrong or missing password is rejected in time; the right one is accepted. */
    @Test
    void theRightPasswordIsAccepted() {
      String namespace = etcd.freshNamespace();
      assertRejected(client, namespace);
      assertRejected(client.credentials("root", "guessed"), namespace);
      assertWorks(client.credentials("root", "root-secret"), namespace);
      PlainClient root = etcd.client().as("root", "root-secret");
      assertEquals(Optional.empty(), root.get(namespace + "key"));
    }

    /** A wrong or missing password is a configuration error. */
    @Test
    void aRejectedUserIsReportedWithTheReason() {
      assertMisconfigured(client, "user name is empty");
      assertMisconfigured(client.credentials("root", "guessed"), "refuses user root");
      assertMisconfigured(client.credentials("unknown", "guessed"), "refuses user unknown");
    }

    /** The new password is used as soon as the application supplies it. */
    @Test
    void aPasswordCanBeChangedWithoutARestart() {
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

    /** A user with permission on one namespace can use it, and no other. */
    @Test
    void permissionOnTheNamespaceIsSufficient() {
      client.credentials("shop", "shop-secret");
      assertRejected(client, etcd.freshNamespace());
      assertWorks(client, shop);
    }
  }

  /** TLS on the client only. */
  @Nested
  @WithEtcd(own = true)
  class WithoutTls {

    @Test
    void tlsToAPlainTextServerIsReported(EtcdCluster etcd) {
      String address = etcd.endpoints()[0].substring("http://".length());
      assertMisconfigured(EtcdKvStore.builder().endpoints("https://" + address), address, "http");
    }
  }

  /** Certificates. */
  @Nested
  @WithEtcd(tls = true)
  class WithTls {

    /** The server is trusted only by its certificate, and it rejects plain text. */
    @Test
    void theServerIsAuthenticatedByItsCertificate(EtcdCluster etcd) {
      String namespace = etcd.freshNamespace();
      EtcdKvStore.Builder builder = EtcdKvStore.builder().endpoints(etcd.endpoints());
      assertWorks(builder.trustedCertificates(etcd.tls().certificate()), namespace);
      assertRejected(builder.trustedCertificates(etcd.tls().unrelated()), namespace);
      String plain = etcd.endpoints()[0].replace("https:", "http:");
      assertRejected(EtcdKvStore.builder().endpoints(plain), namespace);
    }

    /** The message names the endpoint and the problem. */
    @Test
    void aMismatchIsReported(EtcdCluster etcd) {
      String endpoint = etcd.endpoints()[0];
      String address = endpoint.substring("https://".length());
      assertMisconfigured(
          EtcdKvStore.builder().endpoints(endpoint).trustedCertificates(etcd.tls().unrelated()),
          address,
          "the server's certificate is not accepted");
      assertMisconfigured(
          EtcdKvStore.builder()
              .endpoints(endpoint)
              .trustedCertificates(etcd.tls().certificate())
              .authority("other.example"),
          address,
          "other.example");
      assertMisconfigured(EtcdKvStore.builder().endpoints("http://" + address), address, "https");
    }

    /** A certificate for 127.0.0.1 is not valid for another name. */
    @Test
    void theNameMustMatchTheCertificate(EtcdCluster etcd) {
      Path trusted = etcd.tls().certificate();
      EtcdKvStore.Builder builder =
          EtcdKvStore.builder().endpoints(etcd.endpoints()).trustedCertificates(trusted);
      assertWorks(builder.authority("localhost"), etcd.freshNamespace());
      assertRejected(builder.authority("other.example"), etcd.freshNamespace());
    }
  }
}
