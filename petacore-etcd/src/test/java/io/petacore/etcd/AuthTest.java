package io.petacore.etcd;

import static io.petacore.etcd.Awaited.ALL;
import static io.petacore.etcd.Awaited.PUT;
import static io.petacore.etcd.Awaited.answer;
import static io.petacore.etcd.Awaited.failure;
import static io.petacore.etcd.StubEtcd.failing;
import static io.petacore.etcd.StubEtcd.reply;
import static io.petacore.etcd.StubEtcd.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.petacore.etcd.StubEtcd.WatchStream;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.Await;
import io.petacore.testing.RecordingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Authentication with tokens that expire. */
class AuthTest {

  private static final Status INVALID_TOKEN =
      Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token");

  private final StubEtcd etcd = new StubEtcd();
  private final AtomicInteger tokens = new AtomicInteger();
  private final RecordingListener listener = new RecordingListener();
  private final EtcdKvStore store;

  AuthTest() {
    etcd.onAuthenticate = this::nextToken;
    store = etcd.client().credentials("ann", "secret").connect();
  }

  private void nextToken(AuthenticateRequest request, StreamObserver<AuthenticateResponse> answer) {
    assertEquals("ann", request.getName());
    assertEquals("secret", request.getPassword());
    String token = "token-" + tokens.incrementAndGet();
    reply(answer, AuthenticateResponse.newBuilder().setToken(token).build());
  }

  @AfterEach
  void close() {
    store.close();
    etcd.close();
  }

  private List<String> tokensOf(String method) {
    return etcd.requests(method).stream().map(r -> r.header("token")).toList();
  }

  @Test
  void everyRequestCarriesTheToken() throws Exception {
    answer(store.commit(PUT));
    answer(store.range(ALL));
    answer(store.renewLease(5));
    store.watch(ALL.range(), 1, listener);
    etcd.nextWatch().created();
    listener.awaitOpened();
    for (String method : List.of("Txn", "Range", "LeaseKeepAlive", "Watch", "Status")) {
      assertEquals(List.of("token-1"), tokensOf(method), method);
    }
    assertEquals(List.of(""), tokensOf("Authenticate"));
  }

  /** Hashing a password is expensive: 50 concurrent first requests must request one token. */
  @Test
  void concurrentFirstRequestsShareOneTokenRequest() throws Exception {
    AtomicReference<Runnable> held = new AtomicReference<>();
    CompletableFuture<Void> calls = new CompletableFuture<>();
    try (StubEtcd fresh = new StubEtcd()) {
      fresh.onAuthenticate =
          (request, answer) -> {
            held.set(() -> nextToken(request, answer));
            calls.complete(null);
          };
      try (EtcdKvStore many = fresh.client().credentials("ann", "secret").connect()) {
        List<CompletableFuture<?>> commits = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
          commits.add(many.commit(PUT));
        }
        answer(calls);
        held.get().run();
        for (CompletableFuture<?> commit : commits) {
          answer(commit);
        }
      }
      assertEquals(50, fresh.requests("Txn").size());
      assertEquals(1, fresh.requests("Authenticate").size());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "UNAUTHENTICATED, etcdserver: invalid auth token",
    "INVALID_ARGUMENT, etcdserver: revision of auth store is old",
    "INVALID_ARGUMENT, etcdserver: user name is empty"
  })
  void anExpiredTokenIsRenewedAndTheRequestIsResent(Status.Code code, String text)
      throws Exception {
    answer(store.range(ALL));
    etcd.onTxn =
        (request, answer) -> {
          if (etcd.requests("Txn").size() == 1) {
            answer.onError(code.toStatus().withDescription(text).asRuntimeException());
          } else {
            reply(answer, TxnResponse.newBuilder().setSucceeded(true).build());
          }
        };
    answer(store.commit(PUT));
    assertEquals(List.of("token-1", "token-2"), tokensOf("Txn"));
    answer(store.range(ALL));
    assertEquals(List.of("token-1", "token-2"), tokensOf("Range"));
  }

  @Test
  void concurrentRequestsWithAnExpiredTokenRenewItOnce() throws Exception {
    answer(store.range(ALL));
    List<Runnable> held = new ArrayList<>();
    CompletableFuture<Void> all = new CompletableFuture<>();
    etcd.onTxn =
        (request, answer) -> {
          synchronized (held) {
            if (held.size() < 20) {
              held.add(() -> answer.onError(INVALID_TOKEN.asRuntimeException()));
              if (held.size() == 20) {
                all.complete(null);
              }
              return;
            }
          }
          reply(answer, TxnResponse.newBuilder().setSucceeded(true).build());
        };
    List<CompletableFuture<?>> commits = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      commits.add(store.commit(PUT));
    }
    answer(all);
    held.forEach(Runnable::run);
    for (CompletableFuture<?> commit : commits) {
      answer(commit);
    }
    assertEquals(2, etcd.requests("Authenticate").size());
  }

  /** The request is reported as unavailable, since users may be changing. */
  @Test
  void aRequestIsSentWithAtMostTwoTokens() throws Exception {
    etcd.onTxn = failing(INVALID_TOKEN);
    failure(Kind.UNAVAILABLE, store.commit(PUT));
    assertEquals(List.of("token-1", "token-2"), tokensOf("Txn"));
  }

  @Test
  void aWrongPasswordIsReportedAndTheRequestIsNotSent() throws Exception {
    Status wrong =
        Status.INVALID_ARGUMENT.withDescription(
            "etcdserver: authentication failed, invalid user ID or password");
    etcd.onAuthenticate = failing(wrong);
    try (EtcdKvStore wrongStore = etcd.client().credentials("ann", "secret").connect()) {
      failure(Kind.MISCONFIGURED, wrongStore.commit(PUT));
      wrongStore.watch(ALL.range(), 1, listener);
      assertEquals(Kind.MISCONFIGURED, listener.awaitEnd().kind());
      etcd.onAuthenticate = this::nextToken;
      answer(wrongStore.commit(PUT));
    }
  }

  /** A changed password invalidates all tokens; the supplier returns the new password. */
  @Test
  void aChangedPasswordIsUsedWithoutARestart() throws Exception {
    AtomicReference<EtcdCredentials> now =
        new AtomicReference<>(new EtcdCredentials("ann", "secret"));
    try (EtcdKvStore changing = etcd.client().credentials(now::get).connect()) {
      answer(changing.commit(PUT));
      etcd.onAuthenticate =
          (request, answer) -> {
            if (request.getPassword().equals("changed")) {
              reply(answer, AuthenticateResponse.newBuilder().setToken("new").build());
            } else {
              answer.onError(
                  Status.INVALID_ARGUMENT
                      .withDescription(
                          "etcdserver: authentication failed, invalid user ID or password")
                      .asRuntimeException());
            }
          };
      etcd.onTxn =
          (request, answer) -> {
            List<StubEtcd.Request> all = etcd.requests("Txn");
            if (all.get(all.size() - 1).header("token").equals("new")) {
              reply(answer, TxnResponse.newBuilder().setSucceeded(true).build());
            } else {
              answer.onError(INVALID_TOKEN.asRuntimeException());
            }
          };
      failure(Kind.MISCONFIGURED, changing.commit(PUT));
      now.set(new EtcdCredentials("ann", "changed"));
      answer(changing.commit(PUT));
    }
  }

  @Test
  void aFailedSupplierIsCalledAgain() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (EtcdKvStore failing =
        etcd.client()
            .credentials(
                () -> {
                  if (calls.incrementAndGet() <= 2) {
                    throw new IllegalStateException("the vault is closed");
                  }
                  return new EtcdCredentials("ann", "secret");
                })
            .connect()) {
      Await.until("the supplier was called for the version check", () -> calls.get() >= 1);
      while (calls.get() < 2) {
        failure(Kind.UNAVAILABLE, failing.commit(PUT));
      }
      answer(failing.commit(PUT));
    }
  }

  /** A commit that waits for its token was not sent, so its outcome is known. */
  @Test
  void withoutAResponseToTheTokenRequestACommitIsNotApplied() throws Exception {
    etcd.onAuthenticate = silence();
    try (EtcdKvStore waiting = etcd.shortTimeoutClient().credentials("ann", "secret").connect()) {
      failure(Kind.UNAVAILABLE, waiting.commit(PUT));
      assertEquals(List.of(), etcd.requests("Txn"));
    }
  }

  @Test
  void aClusterWithoutAuthenticationGetsNoToken() throws Exception {
    etcd.onAuthenticate =
        failing(
            Status.FAILED_PRECONDITION.withDescription(
                "etcdserver: authentication is not enabled"));
    try (EtcdKvStore plain = etcd.client().credentials("ann", "secret").connect()) {
      answer(plain.commit(PUT));
      assertEquals(List.of(""), tokensOf("Txn"));
      // Authentication is enabled while the store is open.
      etcd.onAuthenticate = this::nextToken;
      etcd.onTxn =
          (request, answer) -> {
            if (etcd.requests("Txn").size() == 2) {
              answer.onError(
                  Status.INVALID_ARGUMENT
                      .withDescription("etcdserver: user name is empty")
                      .asRuntimeException());
            } else {
              reply(answer, TxnResponse.newBuilder().setSucceeded(true).build());
            }
          };
      answer(plain.commit(PUT));
      assertFalse(tokensOf("Txn").get(2).isEmpty());
    }
  }

  /** etcd rejects a watch with an expired token either as such or as a missing permission. */
  @ParameterizedTest
  @CsvSource({
    "etcdserver: invalid auth token",
    "rpc error: code = PermissionDenied desc = etcdserver: permission denied"
  })
  void aWatchWithAnExpiredTokenIsReopenedWithANewOne(String reason) throws Exception {
    store.watch(ALL.range(), 1, listener);
    reject(etcd.nextWatch(), reason);
    etcd.nextWatch().created();
    listener.awaitOpened();
    assertEquals(List.of("token-1", "token-2"), tokensOf("Watch"));
  }

  @Test
  void aWatchWhoseStreamIsRejectedIsReopenedWithANewToken() throws Exception {
    store.watch(ALL.range(), 1, listener);
    etcd.nextWatch().answers().onError(INVALID_TOKEN.asRuntimeException());
    etcd.nextWatch().created();
    listener.awaitOpened();
    assertEquals(List.of("token-1", "token-2"), tokensOf("Watch"));
  }

  @Test
  void aWatchWithoutPermissionIsRejected() throws Exception {
    store.watch(ALL.range(), 1, listener);
    reject(etcd.nextWatch(), "etcdserver: permission denied");
    reject(etcd.nextWatch(), "etcdserver: permission denied");
    assertEquals(Kind.REJECTED, listener.awaitEnd().kind());
    assertEquals(2, etcd.requests("Watch").size());
  }

  private static void reject(WatchStream stream, String reason) {
    stream
        .answers()
        .onNext(
            WatchResponse.newBuilder()
                .setWatchId(-1)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason(reason)
                .build());
    stream.answers().onCompleted();
  }
}
