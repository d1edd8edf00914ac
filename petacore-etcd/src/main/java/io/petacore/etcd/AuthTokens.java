package io.petacore.etcd;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token that every request of a user carries. It is asked for once, however many calls wait for
 * it, and again when etcd refuses it: tokens run out after some idle minutes, and with the server.
 */
final class AuthTokens {

  private static final Logger log = LoggerFactory.getLogger(AuthTokens.class);

  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> REQUIRE_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  /** What a request is sent with where the cluster has no users. */
  private static final String NONE = "";

  /**
   * How etcd refuses a token, before it applies anything: not known or run out; older than the last
   * change of users and roles; none, where one is wanted.
   */
  private static final Set<String> REFUSALS =
      Set.of(
          "etcdserver: invalid auth token",
          "etcdserver: revision of auth store is old",
          "etcdserver: user name is empty");

  private static final String NOT_ENABLED = "etcdserver: authentication is not enabled";

  private final Calls calls;
  private final @Nullable Supplier<EtcdCredentials> credentials;

  /** The token, or the request for it. Null: not asked yet, or let go. Guarded by this. */
  private @Nullable CompletableFuture<String> current;

  /** So that one reason is logged once, however often it is met. */
  private volatile @Nullable String lastWarning;

  AuthTokens(Calls calls, @Nullable Supplier<EtcdCredentials> credentials) {
    this.calls = calls;
    this.credentials = credentials;
  }

  /**
   * The headers of a request or watch that carries a token, null for none. A member that is cut off
   * from the others then refuses it, instead of letting it wait for a leader.
   */
  static Metadata headers(@Nullable String token) {
    Metadata headers = new Metadata();
    headers.put(REQUIRE_LEADER, "true");
    if (token != null) {
      headers.put(TOKEN, token);
    }
    return headers;
  }

  /** Whether a request was refused for its token, and so not applied. */
  static boolean isRefusal(Status status) {
    return isRefusal(Outcome.text(status));
  }

  /** The same of the reason for which a watch was canceled. */
  static boolean isRefusal(String reason) {
    return REFUSALS.stream().anyMatch(reason::contains);
  }

  /** The token to send with; empty for none. */
  CompletableFuture<String> current() {
    if (credentials == null) {
      return CompletableFuture.completedFuture(NONE);
    }
    CompletableFuture<String> asked = new CompletableFuture<>();
    synchronized (this) {
      if (current != null) {
        return current;
      }
      current = asked;
    }
    // Outside the lock: its completion runs what waits for the token.
    calls.connection().onWorkThread(() -> authenticate(credentials, asked));
    return asked;
  }

  /**
   * Lets go of a token that etcd refused, if another call has not done so before.
   *
   * @param refused null for none
   * @return whether there may be a better one
   */
  boolean renew(@Nullable String refused) {
    if (credentials == null) {
      return false;
    }
    synchronized (this) {
      String token = refused == null ? NONE : refused;
      if (current != null && token.equals(current.getNow(null))) {
        current = null;
      }
    }
    return true;
  }

  /** On a work thread, since the supplier may wait. */
  private void authenticate(Supplier<EtcdCredentials> supplier, CompletableFuture<String> asked) {
    EtcdCredentials user;
    try {
      user = Objects.requireNonNull(supplier.get(), "the supplier of credentials returned null");
    } catch (RuntimeException e) {
      fail(
          asked,
          new StoreException(Kind.UNAVAILABLE, "there are no credentials for etcd: " + e, e),
          true);
      return;
    }
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder().setName(user.user()).setPassword(user.password()).build();
    var unused =
        calls
            .sendWithoutToken(AuthGrpc.getAuthenticateMethod(), request)
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null) {
                    lastWarning = null;
                    asked.complete(answer.getToken());
                    return;
                  }
                  StoreException known = Calls.storeException(failure);
                  if (isNotEnabled(known)) {
                    log.warn(
                        "user {} is not asked for: the cluster has no authentication enabled",
                        user);
                    asked.complete(NONE);
                    return;
                  }
                  boolean refused = isRefusedUser(known);
                  fail(asked, refused ? refusedUser(user, known) : known, refused);
                });
  }

  private void fail(CompletableFuture<String> asked, StoreException failure, boolean warn) {
    String reason = String.valueOf(failure.getCause()); // without the member, which changes
    if (warn && !reason.equals(lastWarning)) {
      lastWarning = reason;
      log.warn("there is no token to send requests with: {}", failure.getMessage());
    }
    // Let go first: who waited for this one may ask again at once.
    synchronized (this) {
      if (current == asked) {
        current = null;
      }
    }
    asked.completeExceptionally(failure);
  }

  private static boolean isRefusedUser(StoreException failure) {
    return failure.kind() == Kind.REJECTED;
  }

  private static StoreException refusedUser(EtcdCredentials user, StoreException failure) {
    return new StoreException(
        Kind.MISCONFIGURED,
        "etcd refuses user " + user + ": " + failure.getMessage(),
        failure.getCause());
  }

  private static boolean isNotEnabled(StoreException failure) {
    return failure.getCause() instanceof StatusRuntimeException refused
        && NOT_ENABLED.equals(refused.getStatus().getDescription());
  }
}
