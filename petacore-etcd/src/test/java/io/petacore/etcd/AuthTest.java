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

/** A user with a token that runs out. */
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

  /** A password is hashed at great cost: 50 first requests must not ask 50 times. */
  @Test
  void manyFirstRequestsAskForOneToken() throws Exception {
    AtomicReference<Runnable> held = new AtomicReference<>();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    try (StubEtcd fresh = new StubEtcd()) {
      fresh.onAuthenticate =
          (request, answer) -> {
            held.set(() -> nextToken(request, answer));
            asked.complete(null);
          };
      try (EtcdKvStore many = fresh.client().credentials("ann", "secret").connect()) {
        List<CompletableFuture<?>> commits = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
          commits.add(many.commit(PUT));
        }
        answer(asked);
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
  void aTokenThatRanOutIsRenewedAndTheRequestSentAgain(Status.Code code, String text)
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
  void manyRequestsWithATokenThatRanOutRenewItOnce() throws Exception {
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

  /** Not rejected for good: users are being changed, and it was not applied. */
  @Test
  void aRequestIsSentWithTwoTokensAtMost() throws Exception {
    etcd.onTxn = failing(INVALID_TOKEN);
    failure(Kind.UNAVAILABLE, store.commit(PUT));
    assertEquals(List.of("token-1", "token-2"), tokensOf("Txn"));
  }

  @Test
  void aWrongPasswordIsToldAndTheRequestNotSent() throws Exception {
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

  /** A password changes, and with it all tokens end; the supplier knows the new one. */
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
  void aSupplierThatFailsIsAskedAgain() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (EtcdKvStore failing =
        etcd.client()
            .credentials(
                () -> {
                  if (asked.incrementAndGet() <= 2) {
                    throw new IllegalStateException("the vault is closed");
                  }
                  return new EtcdCredentials("ann", "secret");
                })
            .connect()) {
      Await.until("it was asked for once for the version", () -> asked.get() >= 1);
      while (asked.get() < 2) {
        failure(Kind.UNAVAILABLE, failing.commit(PUT));
      }
      answer(failing.commit(PUT));
    }
  }

  /** A commit that waits for its token has not been sent, so its outcome is known. */
  @Test
  void withoutAnAnswerToTheTokenRequestACommitIsNotApplied() throws Exception {
    etcd.onAuthenticate = silence();
    try (EtcdKvStore waiting = etcd.impatientClient().credentials("ann", "secret").connect()) {
      failure(Kind.UNAVAILABLE, waiting.commit(PUT));
      assertEquals(List.of(), etcd.requests("Txn"));
    }
  }

  @Test
  void aClusterWithoutUsersIsAskedWithoutAToken() throws Exception {
    etcd.onAuthenticate =
        failing(
            Status.FAILED_PRECONDITION.withDescription(
                "etcdserver: authentication is not enabled"));
    try (EtcdKvStore plain = etcd.client().credentials("ann", "secret").connect()) {
      answer(plain.commit(PUT));
      assertEquals(List.of(""), tokensOf("Txn"));
      // Users are set up while the store is open.
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

  /**
   * How etcd refuses a watch whose token ran out: at once, or as if the permission were missing.
   */
  @ParameterizedTest
  @CsvSource({
    "etcdserver: invalid auth token",
    "rpc error: code = PermissionDenied desc = etcdserver: permission denied"
  })
  void aWatchWithATokenThatRanOutIsOpenedWithANewOne(String reason) throws Exception {
    store.watch(ALL.range(), 1, listener);
    refuse(etcd.nextWatch(), reason);
    etcd.nextWatch().created();
    listener.awaitOpened();
    assertEquals(List.of("token-1", "token-2"), tokensOf("Watch"));
  }

  @Test
  void aWatchWhoseStreamIsRefusedIsOpenedWithANewToken() throws Exception {
    store.watch(ALL.range(), 1, listener);
    etcd.nextWatch().answers().onError(INVALID_TOKEN.asRuntimeException());
    etcd.nextWatch().created();
    listener.awaitOpened();
    assertEquals(List.of("token-1", "token-2"), tokensOf("Watch"));
  }

  @Test
  void aWatchWithoutThePermissionIsRejected() throws Exception {
    store.watch(ALL.range(), 1, listener);
    refuse(etcd.nextWatch(), "etcdserver: permission denied");
    refuse(etcd.nextWatch(), "etcdserver: permission denied");
    assertEquals(Kind.REJECTED, listener.awaitEnd().kind());
    assertEquals(2, etcd.requests("Watch").size());
  }

  private static void refuse(WatchStream stream, String reason) {
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
