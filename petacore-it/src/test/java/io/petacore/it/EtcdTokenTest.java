package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.Answers;
import io.petacore.testing.Await;
import io.petacore.testing.RecordingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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

  /**
   * The server keeps tokens in memory only. But what its log has and its database has not, it
   * carries out again when it starts, and that gives them back: so the database must have something
   * that is later.
   */
  private void restartWithoutTokens() {
    PlainClient root = etcd.client().as("root", "root-secret");
    root.put(shop + "later", "than the tokens");
    root.call("/v3/maintenance/defragment", "{}"); // writes what is pending
    etcd.member().kill();
    etcd.member().start();
    assertFalse(isKnown(root), "the server has forgotten the tokens");
  }

  private static boolean isKnown(PlainClient user) {
    try {
      user.get("any");
      return true;
    } catch (IllegalStateException refused) {
      return false;
    }
  }

  /** Read, written and watched with the old one. */
  @Test
  void aTokenThatTheServerForgotIsRenewedWithoutAWord() throws Exception {
    Answers.answer(put(shop + "k"));
    restartWithoutTokens();
    Await.until("reads go on", () -> Answers.answer(read()) != null);
    Answers.answer(put(shop + "k"));
    RecordingListener listener = new RecordingListener();
    store.watch(KeyRange.prefix(shop), 1, listener);
    listener.awaitOpened();
  }

  /** The watch comes first: it must renew the token by itself. */
  @Test
  void aWatchRenewsATokenThatTheServerForgot() throws Exception {
    Answers.answer(put(shop + "k"));
    restartWithoutTokens();
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

  /**
   * A token is of one revision of users and roles. A request that a change of them overtakes is
   * refused, and sent again with a new token; overtaken once more, it is told not to have been
   * applied, but never that it is not allowed.
   */
  @Test
  void aTokenOlderThanAChangeOfUsersIsRenewedWithoutAWord() throws Exception {
    PlainClient root = etcd.client().as("root", "root-secret");
    int done = 0;
    for (int i = 0; i < 20; i++) {
      List<CompletableFuture<?>> overtaken = new ArrayList<>();
      for (int j = 0; j < 100; j++) {
        overtaken.add(put(shop + "k" + j));
      }
      String user = etcd.freshNamespace().replace('/', '-');
      root.call("/v3/auth/user/add", "{\"name\":\"%s\",\"password\":\"pw\"}".formatted(user));
      for (CompletableFuture<?> commit : overtaken) {
        done += isDoneOrUnavailable(commit) ? 1 : 0;
      }
      Answers.answer(put(shop + "k"));
      Answers.answer(read());
    }
    assertTrue(done > 1_000, done + " of 2,000");
  }

  private static boolean isDoneOrUnavailable(CompletableFuture<?> commit) throws Exception {
    try {
      Answers.answer(commit);
      return true;
    } catch (ExecutionException failed) {
      assertEquals(Kind.UNAVAILABLE, StoreException.of(failed.getCause()).kind());
      return false;
    }
  }

  @Test
  void whatTheUserMayNotDoIsRejected() throws Exception {
    Answers.assertFails(Kind.REJECTED, put("elsewhere/k"));
    Answers.assertFails(
        Kind.REJECTED, store.range(new RangeRequest(KeyRange.prefix("elsewhere/"), 0, 0)));
    RecordingListener listener = new RecordingListener();
    store.watch(KeyRange.prefix("elsewhere/"), 1, listener);
    assertEquals(Kind.REJECTED, listener.awaitEnd().kind());
    Answers.answer(put(shop + "k"));
  }

  /** Some versions tell it to everybody, others to administrators only. */
  @Test
  void theServerIsDescribedToWhomeverItTells() throws Exception {
    String described = Answers.answer(store.describe());
    assertTrue(described.startsWith("etcd "), described);
  }

  @Test
  void withoutAUserEveryRequestIsMisconfigured() throws Exception {
    try (KvStore nobody = EtcdKvStore.connect(etcd.endpoints())) {
      Operation put = new Operation.Put(Bytes.utf8(shop + "k"), Bytes.utf8("v"));
      Answers.assertFails(
          Kind.MISCONFIGURED, nobody.commit(new Batch(List.of(), List.of(put), List.of())));
    }
  }

  private CompletableFuture<?> read() {
    return store.range(new RangeRequest(KeyRange.prefix(shop), 0, 0));
  }
}
