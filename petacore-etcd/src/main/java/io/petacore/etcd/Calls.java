package io.petacore.etcd;

import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sends requests with deadline and token, and keeps track of open calls. */
final class Calls {

  private final Connection connection;
  private final AuthTokens tokens;
  private final Duration timeout;
  private final Runnable onResponse;
  private final Set<Call<?, ?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param onResponse is called after every response, on a call thread
   */
  Calls(Connection connection, EtcdSettings settings, Runnable onResponse) {
    this.connection = connection;
    this.timeout = settings.requestTimeout();
    this.onResponse = onResponse;
    this.tokens = new AuthTokens(this, settings.credentials());
  }

  /**
   * Sends a request. The future completes by the deadline, and fails with {@link StoreException}.
   *
   * @param decoder decodes the response; may throw {@link StoreException}
   */
  <Q, A, T> CompletableFuture<T> send(
      MethodDescriptor<Q, A> method, Q request, Purpose purpose, Function<A, T> decoder) {
    Call<Q, A, T> call = newCall(method, request, purpose, decoder, deadline(), null);
    start(call);
    return call.future();
  }

  /**
   * Sends a read-only request, repeatedly if necessary, within one deadline. The future completes
   * by the deadline, and fails with {@link StoreException}.
   *
   * @param decoder decodes a response; may throw {@link StoreException}
   */
  <Q, A, T> CompletableFuture<T> hedge(
      MethodDescriptor<Q, A> method, Q request, Function<A, T> decoder) {
    Deadline deadline = deadline();
    return new HedgedRead<>(
            connection,
            () -> {
              Call<Q, A, T> call = newCall(method, request, Purpose.READ, decoder, deadline, null);
              start(call);
              return call.future();
            },
            () -> false) // its answer is small
        .start();
  }

  /**
   * Sends a request with a large response. The future fails with {@link StoreException} when no
   * part of the response has arrived for a time.
   */
  <Q, A, T> CompletableFuture<T> read(
      MethodDescriptor<Q, A> method, Q request, Function<A, T> decoder, Arrival arrival) {
    Call<Q, A, T> call = newCall(method, request, Purpose.READ, decoder, deadline(), arrival);
    start(call);
    return call.future();
  }

  /** Sends the request for a token, which carries none itself. */
  <Q, A> CompletableFuture<A> sendWithoutToken(MethodDescriptor<Q, A> method, Q request) {
    Call<Q, A, A> call =
        newCall(method, request, Purpose.READ, response -> response, deadline(), null);
    if (!rejectedAsClosed(call)) {
      call.start(null);
    }
    return call.future();
  }

  private Deadline deadline() {
    return Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  private <Q, A, T> Call<Q, A, T> newCall(
      MethodDescriptor<Q, A> method,
      Q request,
      Purpose purpose,
      Function<A, T> decoder,
      Deadline deadline,
      @Nullable Arrival arrival) {
    Call<Q, A, T> call = new Call<>(this, method, request, purpose, decoder, deadline, arrival);
    open.add(call);
    var unused = call.future().whenComplete((response, failure) -> open.remove(call));
    return call;
  }

  /** Sends a call once a token is available, usually at once. */
  void start(Call<?, ?, ?> call) {
    var unused =
        tokens
            .current()
            .whenComplete(
                (token, failure) -> {
                  if (rejectedAsClosed(call)) {
                    return;
                  }
                  if (failure != null) {
                    call.fail(storeException(failure));
                  } else {
                    call.start(token.isEmpty() ? null : token);
                  }
                });
  }

  private boolean rejectedAsClosed(Call<?, ?, ?> call) {
    if (closed) {
      call.fail(closedException());
    }
    return closed;
  }

  static StoreException closedException() {
    return new StoreException(Kind.CLOSED, "the store is closed", null);
  }

  /** Converts the failure of a future of this class. */
  static StoreException storeException(Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable own = failure instanceof CompletionException && cause != null ? cause : failure;
    return own instanceof StoreException known
        ? known
        : new StoreException(Kind.UNAVAILABLE, "request failed: " + own, own);
  }

  void responseReceived() {
    onResponse.run();
  }

  AuthTokens tokens() {
    return tokens;
  }

  Connection connection() {
    return connection;
  }

  Duration timeout() {
    return timeout;
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Marks this as closed: open calls that end now are reported as closed, and new ones are
   * rejected.
   */
  void close() {
    closed = true;
  }

  /** Fails calls that the close of the connection did not end. */
  void abandonOpen() {
    Status why = Status.CANCELLED.withDescription("the end of the call could not be awaited");
    open.forEach(call -> call.abandon(why));
  }
}
