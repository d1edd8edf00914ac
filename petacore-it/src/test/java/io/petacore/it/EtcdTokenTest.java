package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.PlainClient;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.Batch;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.RecordingListener;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.StoreUnderTest;
import io.petacore.testing.Await;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A user of etcd whose token stops being good. */
@WithEtcd(own = true)
class EtcdTokenTest {

  private static String shop = "";

  private final EtcdCluster etcd;
  private final KvStore store;

  EtcdTokenTest(EtcdCluster etcd) {
    this.etcd = etcd;
    store =
        EtcdKvStore.builder()
            .endpoints(etcd.endpoints())
            .credentials("shop", "shop-secret")
            .connect();
  }

  @BeforeAll
  static void enable(EtcdCluster etcd) {
    shop = etcd.freshNamespace();
    etcd.client().addUserOfPrefix("shop", "shop-secret", shop);
    etcd.client().enableAuthentication("root-secret");
  }

  @AfterEach
  void close() {
    store.close();
  }

  private CompletableFuture<?> put(String key) {
    Operation put = new Operation.Put(Bytes.utf8(key), Bytes.utf8("v"));
    return store.commit(new Batch(List.of(), List.of(put), List.of()));
  }

  /** The tokens are in the server's memory only. */
  @Test
  void aTokenThatTheServerForgotIsRenewedWithoutAWord() throws Exception {
    StoreUnderTest.answer(put(shop + "k"));
    etcd.member().kill();
    etcd.member().start();
    Await.until("reads go on", () -> StoreUnderTest.answer(read()) != null);
    StoreUnderTest.answer(put(shop + "k"));
    RecordingListener listener = new RecordingListener();
    store.watch(KeyRange.prefix(shop), 1, listener);
    listener.awaitOpened();
  }

  /** The watch comes first: it must renew the token by itself. */
  @Test
  void aWatchRenewsATokenThatTheServerForgot() throws Exception {
    StoreUnderTest.answer(put(shop + "k"));
    etcd.member().kill();
    etcd.member().start();
    Await.until(
        "a watch opens",
        () -> {
          RecordingListener listener = new RecordingListener();
          store.watch(KeyRange.prefix(shop), 1, listener);
          try {
            listener.awaitOpened();
            return true;
          } catch (AssertionError ended) {
            return false;
          }
        });
  }

  /** A token is of one revision of users and roles. */
  @Test
  void aTokenOlderThanAChangeOfUsersIsRenewedWithoutAWord() throws Exception {
    PlainClient root = etcd.client().as("root", "root-secret");
    for (int i = 0; i < 5; i++) {
      StoreUnderTest.answer(put(shop + "k"));
      root.call(
          "/v3/auth/user/add",
          "{\"name\":\"%s\",\"password\":\"pw\"}"
              .formatted(etcd.freshNamespace().replace('/', '-')));
      StoreUnderTest.answer(put(shop + "k"));
      StoreUnderTest.answer(read());
    }
  }

  @Test
  void whatTheUserMayNotDoIsRejected() throws Exception {
    StoreUnderTest.assertFails(Kind.REJECTED, put("elsewhere/k"));
    StoreUnderTest.assertFails(
        Kind.REJECTED, store.range(new RangeRequest(KeyRange.prefix("elsewhere/"), 0, 0)));
    RecordingListener listener = new RecordingListener();
    store.watch(KeyRange.prefix("elsewhere/"), 1, listener);
    assertEquals(Kind.REJECTED, listener.awaitEnd().kind());
    StoreUnderTest.answer(put(shop + "k"));
  }

  /** Some versions tell it to everybody, others to administrators only. */
  @Test
  void theServerIsDescribedToWhomeverItTells() throws Exception {
    String described = StoreUnderTest.answer(store.describe());
    assertTrue(described.startsWith("etcd "), described);
  }

  @Test
  void withoutAUserEveryRequestIsRejected() throws Exception {
    try (KvStore nobody = EtcdKvStore.connect(etcd.endpoints())) {
      Operation put = new Operation.Put(Bytes.utf8(shop + "k"), Bytes.utf8("v"));
      StoreUnderTest.assertFails(
          Kind.REJECTED, nobody.commit(new Batch(List.of(), List.of(put), List.of())));
    }
  }

  private CompletableFuture<?> read() {
    return store.range(new RangeRequest(KeyRange.prefix(shop), 0, 0));
  }
}
