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
 * The authentication token of requests. Concurrent calls share one token request. A new token is
 * requested when etcd rejects the current one: tokens expire after some idle minutes and with a
 * restart of the server.
 */
final class AuthTokens {

  private static final Logger log = LoggerFactory.getLogger(AuthTokens.class);

  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> REQUIRE_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  /** The token on clusters without authentication. */
  private static final String NONE = "";

  /**
   * Messages by which etcd rejects a token before it applies anything: unknown or expired; older
   * than the last change of users and roles; missing.
   */
  private static final Set<String> REJECTIONS =
      Set.of(
          "etcdserver: invalid auth token",
          "etcdserver: revision of auth store is old",
          "etcdserver: user name is empty");

  private static final String NOT_ENABLED = "etcdserver: authentication is not enabled";

  private final Calls calls;
  private final @Nullable Supplier<EtcdCredentials> credentials;

  /** The token or the request for it; null if not requested or discarded. */
  @GuardedBy("this")
  private @Nullable CompletableFuture<String> current;

  /** The last logged reason, so that it is not logged repeatedly. */
  private volatile @Nullable String lastWarning;

  AuthTokens(Calls calls, @Nullable Supplier<EtcdCredentials> credentials) {
    this.calls = calls;
    this.credentials = credentials;
  }

  /**
   * Returns the headers of a request or watch. They require a leader, so that a partitioned member
   * rejects the request instead of waiting for a leader.
   *
   * @param token null for none
   */
  static Metadata headers(@Nullable String token) {
    Metadata headers = new Metadata();
    headers.put(REQUIRE_LEADER, "true");
    if (token != null) {
      headers.put(TOKEN, token);
    }
    return headers;
  }

  /** Whether a request was rejected for its token, and so not applied. */
  static boolean isRejection(Status status) {
    return isRejection(Outcome.text(status));
  }

  /** Whether a watch was cancelled for its token. */
  static boolean isRejection(String reason) {
    return REJECTIONS.stream().anyMatch(reason::contains);
  }

  /** Returns the current token; empty for none. */
  CompletableFuture<String> current() {
    if (credentials == null) {
      return CompletableFuture.completedFuture(NONE);
    }
    CompletableFuture<String> requested = new CompletableFuture<>();
    synchronized (this) {
      if (current != null) {
        return current;
      }
      current = requested;
    }
    // Outside the lock, since completing it runs dependent actions.
    calls.connection().onWorkThread(() -> authenticate(credentials, requested));
    return requested;
  }

  /**
   * Discards a token that etcd rejected, unless another call has done so.
   *
   * @param rejected the rejected token; null for none
   * @return whether a new token may be accepted
   */
  boolean renew(@Nullable String rejected) {
    if (credentials == null) {
      return false;
    }
    synchronized (this) {
      String token = rejected == null ? NONE : rejected;
      if (current != null && token.equals(current.getNow(null))) {
        current = null;
      }
    }
    return true;
  }

  /** Runs on a work thread, since the supplier may block. */
  private void authenticate(
      Supplier<EtcdCredentials> supplier, CompletableFuture<String> requested) {
    EtcdCredentials user;
    try {
      user = Objects.requireNonNull(supplier.get(), "the supplier of credentials returned null");
    } catch (RuntimeException e) {
      fail(
          requested,
          new StoreException(Kind.UNAVAILABLE, "no credentials for etcd: " + e, e),
          true);
      return;
    }
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder().setName(user.user()).setPassword(user.password()).build();
    var unused =
        calls
            .sendWithoutToken(AuthGrpc.getAuthenticateMethod(), request)
            .whenComplete(
                (response, failure) -> {
                  if (failure == null) {
                    lastWarning = null;
                    requested.complete(response.getToken());
                    return;
                  }
                  StoreException known = Calls.storeException(failure);
                  if (isNotEnabled(known)) {
                    log.warn(
                        "credentials of user {} are ignored: authentication is not enabled on the cluster",
                        user);
                    requested.complete(NONE);
                    return;
                  }
                  boolean rejected = isRejectedUser(known);
                  fail(requested, rejected ? rejectedUser(user, known) : known, rejected);
                });
  }

  private void fail(CompletableFuture<String> requested, StoreException failure, boolean warn) {
    String reason = String.valueOf(failure.getCause()); // without the member, which varies
    if (warn && !reason.equals(lastWarning)) {
      lastWarning = reason;
      log.warn("requests fail for lack of a token: {}", failure.getMessage());
    }
    // Discard first: a dependent action may request a new one.
    synchronized (this) {
      if (current == requested) {
        current = null;
      }
    }
    requested.completeExceptionally(failure);
  }

  private static boolean isRejectedUser(StoreException failure) {
    return failure.kind() == Kind.REJECTED;
  }

  private static StoreException rejectedUser(EtcdCredentials user, StoreException failure) {
    return new StoreException(
        Kind.MISCONFIGURED,
        "etcd refuses user " + user + ": " + failure.getMessage(),
        failure.getCause());
  }

  private static boolean isNotEnabled(StoreException failure) {
    return failure.getCause() instanceof StatusRuntimeException rejected
        && NOT_ENABLED.equals(rejected.getStatus().getDescription());
  }
}
