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
 * One request and its one answer. It is sent once; only where that was refused before anything was
 * done it is sent again: with another token where etcd refused the token, and to another member
 * where one said that it can't serve now.
 *
 * <p>gRPC ends every call by its deadline, connected or not, and then tells the listener, for a
 * call that still waited for a connection too; nothing leaves after that. So {@link #sent}, read
 * when the call has ended, says for certain that a request never left.
 *
 * @param <Q> the request's message
 * @param <A> the answer's message
 * @param <T> what the answer means
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

  /** Whether it was given to a connection. Written by the thread that does it, before the end. */
  private volatile boolean sent;

  // The rest is written before a sending starts, or by its callbacks, which come one after another.

  /** The token it was sent with; null for none. */
  private @Nullable String token;

  private @Nullable A answer;
  private boolean renewed;

  /**
   * @param arrival what takes the place of the deadline, once the request is being sent; null for
   *     none
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

  /** Sends it, on a thread of the store's own; with a null token without one. */
  void start(@Nullable String withToken) {
    try {
      calls.connection().onOwnThread(() -> send(withToken));
    } catch (RejectedExecutionException e) {
      // The store is closed, and has ended what it had; this came too late to be sent.
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
        arrival.begin(() -> sent, () -> call.cancel("nothing of the answer has arrived", null));
      }
      call.start(this, AuthTokens.headers(withToken));
      // One more than the answer, so that the end of the stream is read.
      call.request(2);
      call.sendMessage(request);
      call.halfClose();
    } catch (RuntimeException e) {
      // Its threads are gone, or worse; the future must not wait for a callback then.
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
    if (answer == null) {
      answer = message;
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    if (arrival != null) {
      arrival.end();
      if (arrival.wasGivenUp() && !status.isOk()) {
        givenUp(arrival);
        return;
      }
    }
    A received = answer;
    if (!status.isOk()) {
      failed(status);
    } else if (received == null) {
      failed(Status.INTERNAL.withDescription("the stream ended without an answer"));
    } else {
      answered(received);
    }
  }

  /** For lack of an answer, on which etcd may go on to work. */
  private void givenUp(Arrival stopped) {
    String why =
        sent
            ? "nothing of the answer has arrived for " + stopped.bound()
            : "no connection took it in time";
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
      failed(Status.INTERNAL.withDescription("the answer can't be read: " + e).withCause(e));
      return;
    }
    future.complete(decoded);
    calls.answered();
  }

  private void failed(Status status) {
    boolean refusal = AuthTokens.isRefusal(status);
    if (refusal && !renewed && calls.tokens().renew(token)) {
      renewed = true;
      calls.start(this);
      return;
    }
    if (sent && Outcome.isRefusalOfMember(status) && route.refused(status)) {
      calls.start(this);
      return;
    }
    Obstacle obstacle = sent || calls.isClosed() ? null : route.obstacle();
    if (obstacle != null) {
      fail(Outcome.heldUp(name(), obstacle, status));
      return;
    }
    // A fresh token that is refused too: users or roles are being changed at this very moment.
    boolean passing = refusal && renewed;
    fail(passing ? Kind.UNAVAILABLE : Outcome.kind(status, purpose, sent), status);
  }

  private void fail(Kind kind, Status status) {
    Kind known = calls.isClosed() ? Outcome.whenClosing(kind) : kind;
    String member = route.memberName();
    fail(Outcome.failure(member == null ? name() : name() + " at " + member, known, status));
  }

  private String name() {
    return String.valueOf(method.getBareMethodName());
  }

  /** Without a word from etcd on this request: no token, or the store is closed. */
  void fail(StoreException failure) {
    future.completeExceptionally(failure);
  }

  /** For where the call's end can't be awaited, and so is not known whether it was sent. */
  void abandon(Status why) {
    fail(purpose == Purpose.COMMIT ? Kind.OUTCOME_UNKNOWN : Kind.UNAVAILABLE, why);
  }

  /**
   * Notes that a connection took the call. It is told before the first byte is written, and for a
   * call that no connection took, never.
   */
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
