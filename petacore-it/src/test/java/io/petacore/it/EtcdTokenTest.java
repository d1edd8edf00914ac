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

/** A user of etcd whose token becomes invalid. */
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
   * The server keeps tokens in memory. At a restart it replays log entries that the database lacks,
   * which restores tokens, so a later write must be in the database.
   */
  private void restartWithoutTokens() {
    PlainClient root = etcd.client().as("root", "root-secret");
    root.put(shop + "later", "write");
    root.call("/v3/maintenance/defragment", "{}"); // flushes to the database
    etcd.member().kill();
    etcd.member().start();
    assertFalse(isAuthenticated(root), "the server has restored the token");
  }

  private static boolean isAuthenticated(PlainClient user) {
    try {
      user.get("any");
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** Reads, commits and watches with the old token. */
  @Test
  void aTokenThatTheServerForgotIsRenewedTransparently() throws Exception {
    Answers.answer(put(shop + "k"));
    restartWithoutTokens();
    Await.until("reads succeed", () -> Answers.answer(read()) != null);
    Answers.answer(put(shop + "k"));
    RecordingListener listener = new RecordingListener();
    store.watch(KeyRange.prefix(shop), 1, listener);
    listener.awaitOpened();
  }

  /** The watch is the first request and must renew the token. */
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
          } catch (AssertionError e) {
            return false;
          }
        });
  }

  /**
   * A token belongs to a revision of users and roles. If they change before a request is processed,
   * etcd rejects the request, which is resent with a new token. If that fails in the same way, the
   * request is reported as not applied, but never as not permitted.
   */
  @Test
  void aTokenOlderThanAChangeOfUsersIsRenewedTransparently() throws Exception {
    PlainClient root = etcd.client().as("root", "root-secret");
    int done = 0;
    for (int i = 0; i < 20; i++) {
      List<CompletableFuture<?>> concurrent = new ArrayList<>();
      for (int j = 0; j < 100; j++) {
        concurrent.add(put(shop + "k" + j));
      }
      String user = etcd.freshNamespace().replace('/', '-');
      root.call("/v3/auth/user/add", "{\"name\":\"%s\",\"password\":\"pw\"}".formatted(user));
      for (CompletableFuture<?> commit : concurrent) {
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
    } catch (ExecutionException e) {
      assertEquals(Kind.UNAVAILABLE, StoreException.of(e.getCause()).kind());
      return false;
    }
  }

  @Test
  void requestsWithoutPermissionAreRejected() throws Exception {
    Answers.assertFails(Kind.REJECTED, put("other/k"));
    Answers.assertFails(
        Kind.REJECTED, store.range(new RangeRequest(KeyRange.prefix("other/"), 0, 0)));
    RecordingListener listener = new RecordingListener();
    store.watch(KeyRange.prefix("other/"), 1, listener);
    assertEquals(Kind.REJECTED, listener.awaitEnd().kind());
    Answers.answer(put(shop + "k"));
  }

  /** Some versions of etcd require administrator permission for the status. */
  @Test
  void describeWorksWithoutAdministratorPermission() throws Exception {
    String described = Answers.answer(store.describe());
    assertTrue(described.startsWith("etcd "), described);
  }

  @Test
  void withoutAUserEveryRequestIsMisconfigured() throws Exception {
    try (KvStore anonymous = EtcdKvStore.connect(etcd.endpoints())) {
      Operation put = new Operation.Put(Bytes.utf8(shop + "k"), Bytes.utf8("v"));
      Answers.assertFails(
          Kind.MISCONFIGURED, anonymous.commit(new Batch(List.of(), List.of(put), List.of())));
    }
  }

  private CompletableFuture<?> read() {
    return store.range(new RangeRequest(KeyRange.prefix(shop), 0, 0));
  }
}
