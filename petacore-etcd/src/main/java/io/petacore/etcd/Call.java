package io.petacore.etcd;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A unary request and its response. It is sent once, and resent only if it was rejected before it
 * had an effect: with a new token if etcd rejected the token, and to another member if a member
 * cannot serve now.
 *
 * <p>gRPC ends every call by its deadline, even while it waits for a connection, then calls the
 * listener, and sends nothing afterwards. So {@link #sent} is reliable once the call has ended.
 *
 * @param <Q> the request message
 * @param <A> the response message
 * @param <T> the decoded result
 */
final class Call<Q, A, T> extends ClientCall.Listener<A> {

  private final Calls calls;
  private final MethodDescriptor<Q, A> method;
  private final Q request;
  private final Purpose purpose;
  private final Function<A, T> decoder;
  private final Deadline deadline;
  private final Route route = new Route();
  private final @Nullable Arrival arrival;
  private final CompletableFuture<T> future = new CompletableFuture<>();

  /**
   * Whether a connection took the request. Written by the thread that sends, before the end of the
   * call.
   */
  private volatile boolean sent;

  // Written before an attempt starts, or by its callbacks, which are sequential.

  /** The token of the last attempt; null for none. */
  private @Nullable String token;

  private @Nullable A response;
  private boolean renewed;

  /**
   * @param arrival replaces the deadline once the request is sent; null for none
   */
  Call(
      Calls calls,
      MethodDescriptor<Q, A> method,
      Q request,
      Purpose purpose,
      Function<A, T> decoder,
      Deadline deadline,
      @Nullable Arrival arrival) {
    this.calls = calls;
    this.method = method;
    this.request = request;
    this.purpose = purpose;
    this.decoder = decoder;
    this.deadline = deadline;
    this.arrival = arrival;
  }

  CompletableFuture<T> future() {
    return future;
  }

  /**
   * Sends the request on a thread of the store.
   *
   * @param withToken null for none
   */
  void start(@Nullable String withToken) {
    try {
      calls.connection().onOwnThread(() -> send(withToken));
    } catch (RejectedExecutionException e) {
      // The store was closed concurrently; the request was not sent.
      fail(Calls.closedException());
    }
  }

  private void send(@Nullable String withToken) {
    token = withToken;
    sent = false;
    CallOptions options =
        bounded(CallOptions.DEFAULT)
            .withWaitForReady()
            .withOption(Route.KEY, route)
            .withStreamTracerFactory(new SendingTracer());
    try {
      ClientCall<Q, A> call = calls.connection().newCall(method, options);
      if (arrival != null) {
        arrival.start(() -> sent, () -> call.cancel("no part of the response has arrived", null));
      }
      call.start(this, AuthTokens.headers(withToken));
      // One more than the response, so that the end of the stream is read.
      call.request(2);
      call.sendMessage(request);
      call.halfClose();
    } catch (RuntimeException e) {
      // For example, the threads have ended; there will be no callback.
      abandon(Status.fromThrowable(e));
    }
  }

  private CallOptions bounded(CallOptions options) {
    return arrival == null
        ? options.withDeadline(deadline)
        : options.withMaxInboundMessageSize(arrival.maxBytes());
  }

  @Override
  public void onMessage(A message) {
    if (response == null) {
      response = message;
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    if (arrival != null) {
      arrival.end();
      if (arrival.hasTimedOut() && !status.isOk()) {
        timedOut(arrival);
        return;
      }
    }
    A received = response;
    if (!status.isOk()) {
      failed(status);
    } else if (received == null) {
      failed(Status.INTERNAL.withDescription("the stream ended without a response"));
    } else {
      answered(received);
    }
  }

  /** Fails for lack of progress; etcd may still process the request. */
  private void timedOut(Arrival stopped) {
    String why =
        sent
            ? "no part of the response has arrived for " + stopped.bound()
            : "no connection in time";
    fail(
        sent ? Kind.OUTCOME_UNKNOWN : Kind.UNAVAILABLE,
        Status.DEADLINE_EXCEEDED.withDescription(why));
  }

  private void answered(A received) {
    T decoded;
    try {
      decoded = decoder.apply(received);
    } catch (StoreException e) {
      fail(e);
      return;
    } catch (RuntimeException e) {
      failed(Status.INTERNAL.withDescription("malformed response: " + e).withCause(e));
      return;
    }
    future.complete(decoded);
    calls.responseReceived();
  }

  private void failed(Status status) {
    boolean rejected = AuthTokens.isRejection(status);
    if (rejected && !renewed && calls.tokens().renew(token)) {
      renewed = true;
      calls.start(this);
      return;
    }
    if (sent && Outcome.isRejectionByMember(status) && route.rejected(status)) {
      calls.start(this);
      return;
    }
    Obstacle obstacle = sent || calls.isClosed() ? null : route.obstacle();
    if (obstacle != null) {
      fail(Outcome.noConnection(name(), obstacle, status));
      return;
    }
    // A new token was rejected, too: users or roles are changing concurrently.
    boolean isTransient = rejected && renewed;
    fail(isTransient ? Kind.UNAVAILABLE : Outcome.kind(status, purpose, sent), status);
  }

  private void fail(Kind kind, Status status) {
    Kind known = calls.isClosed() ? Outcome.whenClosing(kind) : kind;
    String member = route.memberName();
    fail(Outcome.failure(member == null ? name() : name() + " at " + member, known, status));
  }

  private String name() {
    return String.valueOf(method.getBareMethodName());
  }

  /** Fails without a response, for lack of a token or because the store is closed. */
  void fail(StoreException failure) {
    future.completeExceptionally(failure);
  }

  /** Fails a call whose end cannot be awaited, so that it is not known whether it was sent. */
  void abandon(Status why) {
    fail(purpose == Purpose.COMMIT ? Kind.OUTCOME_UNKNOWN : Kind.UNAVAILABLE, why);
  }

  /** Records that a connection took the call, which happens before the first byte is written. */
  private final class SendingTracer extends ClientStreamTracer.Factory {
    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void streamCreated(Attributes transportAttributes, Metadata streamHeaders) {
          sent = true;
        }

        @Override
        public void inboundWireSize(long bytes) {
          if (arrival != null) {
            arrival.received(bytes);
          }
        }
      };
    }
  }
}
