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

/** Sends requests, each with the deadline and the token, and keeps those whose answer is open. */
final class Calls {

  private final Connection connection;
  private final AuthTokens tokens;
  private final Duration timeout;
  private final Runnable onAnswer;
  private final Set<Call<?, ?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param onAnswer is told of every answer, on a call thread
   */
  Calls(Connection connection, EtcdSettings settings, Runnable onAnswer) {
    this.connection = connection;
    this.timeout = settings.requestTimeout();
    this.onAnswer = onAnswer;
    this.tokens = new AuthTokens(this, settings.credentials());
  }

  /**
   * Sends a request with the token. The future fails with {@link StoreException}, by the deadline.
   *
   * @param decoder makes the result of the answer; may throw a {@link StoreException} instead
   */
  <Q, A, T> CompletableFuture<T> send(
      MethodDescriptor<Q, A> method, Q request, Purpose purpose, Function<A, T> decoder) {
    Call<Q, A, T> call = newCall(method, request, purpose, decoder, deadline(), null);
    start(call);
    return call.future();
  }

  /**
   * Sends a request that changes nothing, several times if need be, all within one deadline. The
   * future fails with {@link StoreException}, by the deadline.
   *
   * @param decoder makes the result of an answer; may throw a {@link StoreException} instead
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
   * Sends a request whose answer may be long. The future fails with {@link StoreException}, when
   * nothing of the answer has arrived for a time.
   */
  <Q, A, T> CompletableFuture<T> read(
      MethodDescriptor<Q, A> method, Q request, Function<A, T> decoder, Arrival arrival) {
    Call<Q, A, T> call = newCall(method, request, Purpose.READ, decoder, deadline(), arrival);
    start(call);
    return call.future();
  }

  /** Sends a request without a token: the one that asks for it. */
  <Q, A> CompletableFuture<A> sendWithoutToken(MethodDescriptor<Q, A> method, Q request) {
    Call<Q, A, A> call = newCall(method, request, Purpose.READ, answer -> answer, deadline(), null);
    if (!refusedAsClosed(call)) {
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
    var unused = call.future().whenComplete((answer, failure) -> open.remove(call));
    return call;
  }

  /** At once where the token is at hand, as it nearly always is. */
  void start(Call<?, ?, ?> call) {
    var unused =
        tokens
            .current()
            .whenComplete(
                (token, failure) -> {
                  if (refusedAsClosed(call)) {
                    return;
                  }
                  if (failure != null) {
                    call.fail(storeException(failure));
                  } else {
                    call.start(token.isEmpty() ? null : token);
                  }
                });
  }

  private boolean refusedAsClosed(Call<?, ?, ?> call) {
    if (closed) {
      call.fail(closedException());
    }
    return closed;
  }

  static StoreException closedException() {
    return new StoreException(Kind.CLOSED, "the store is closed", null);
  }

  /** What a future of this class failed with. */
  static StoreException storeException(Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable own = failure instanceof CompletionException && cause != null ? cause : failure;
    return own instanceof StoreException known
        ? known
        : new StoreException(Kind.UNAVAILABLE, "a request could not be made: " + own, own);
  }

  void answered() {
    onAnswer.run();
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

  /** From now on every call that ends was ended by the close, and no new one begins. */
  void close() {
    closed = true;
  }

  /** Ends what the connection's close did not. */
  void abandonOpen() {
    Status why = Status.CANCELLED.withDescription("its end could not be awaited");
    open.forEach(call -> call.abandon(why));
  }
}
