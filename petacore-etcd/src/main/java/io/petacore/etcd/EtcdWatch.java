package io.petacore.etcd;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.petacore.data.KeyRange;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A watch on one gRPC stream, which ends with the stream. It is not resumed here: only the receiver
 * of the events knows which of them it has applied.
 *
 * <p>gRPC calls the callbacks of a stream sequentially and without a lock, so the listener is
 * called in the same way. The next message is requested after the last one was processed, so that a
 * slow listener slows down the server instead of buffering messages.
 */
final class EtcdWatch implements Watch {

  private static final String PERMISSION_DENIED = "etcdserver: permission denied";

  private final Calls calls;
  private final EtcdRange range;
  private final WatchRequest request;
  private final WatchSizes sizes;
  private final InboundBytes received = new InboundBytes();
  private final WatchListener listener;
  private final WatchRevisions revisions;
  private final Route route = new Route(this::memberHangs);

  /**
   * Set by the end of the watch, which is then reported, or by {@link #close()}, whichever is
   * first.
   */
  private final AtomicBoolean over = new AtomicBoolean();

  private final AtomicReference<@Nullable ClientCall<WatchRequest, WatchResponse>> call =
      new AtomicReference<>();

  private volatile boolean opened;
  private volatile boolean openTimedOut;
  private volatile boolean hung;
  private volatile @Nullable Future<?> openTimer;

  /** Whether a new token was requested. Written before a stream starts, or by its callbacks. */
  private boolean renewed;

  EtcdWatch(
      Calls calls, WatchSizes sizes, KeyRange range, long fromRevision, WatchListener listener) {
    // For etcd, revision 0 means "from now on", which would omit earlier events.
    long start = Math.max(1, fromRevision);
    this.calls = calls;
    this.sizes = sizes;
    this.range = EtcdRange.of(range);
    this.listener = listener;
    this.revisions = new WatchRevisions(start);
    WatchCreateRequest.Builder create =
        WatchCreateRequest.newBuilder()
            .setKey(this.range.key())
            .setRangeEnd(this.range.end())
            .setStartRevision(start);
    if (sizes.inFragments(start)) {
      Fragments.request(create);
    }
    this.request = WatchRequest.newBuilder().setCreateRequest(create).build();
  }

  /**
   * Opens the stream. Failures are reported by callback, too; only if the store is closed the
   * listener is called on this thread.
   */
  void open() {
    if (calls.isClosed()) {
      end(Calls.closedException());
      return;
    }
    try {
      calls.connection().onOwnThread(this::openOnOwnThread);
    } catch (RejectedExecutionException e) {
      end(Calls.closedException());
    }
  }

  private void openOnOwnThread() {
    try {
      openTimer = calls.connection().schedule(this::notOpenedInTime, calls.timeout());
    } catch (RejectedExecutionException e) {
      end(Calls.closedException());
      return;
    }
    start();
  }

  private void start() {
    var unused =
        calls
            .tokens()
            .current()
            .whenComplete(
                (token, failure) -> {
                  if (failure != null) {
                    calls.connection().onWorkThread(() -> end(Calls.storeException(failure)));
                  } else {
                    startStream(token.isEmpty() ? null : token);
                  }
                });
  }

  private void startStream(@Nullable String token) {
    try {
      ClientCall<WatchRequest, WatchResponse> stream =
          calls
              .connection()
              .newWatchCall(
                  WatchGrpc.getWatchMethod(),
                  CallOptions.DEFAULT
                      .withWaitForReady()
                      .withOption(Route.KEY, route)
                      .withMaxInboundMessageSize(sizes.maxBytes())
                      .withStreamTracerFactory(received));
      stream.start(new Stream(stream, token), AuthTokens.headers(token));
      stream.sendMessage(request);
      stream.request(1);
      // Set last, since gRPC rejects messages on a stream that was cancelled meanwhile.
      call.set(stream);
    } catch (RuntimeException e) {
      calls.connection().onWorkThread(() -> end(Calls.storeException(e)));
      return;
    }
    if (over.get() || openTimedOut || hung) {
      // It may have been ended before the stream was set.
      cancelStream();
    }
  }

  /** Runs on an io thread; the end is reported by the callback of the stream. */
  private void notOpenedInTime() {
    if (!opened) {
      openTimedOut = true;
      cancelStream();
    }
  }

  private StoreException notOpened(Status status) {
    String what = "Watch, not opened within " + calls.timeout();
    Obstacle obstacle = route.obstacle();
    return obstacle == null
        ? Outcome.failure(what, Kind.UNAVAILABLE, status)
        : Outcome.noConnection(what, obstacle, status);
  }

  /**
   * Ends the watch, since another member may serve. The end is reported by the callback of the
   * stream.
   */
  private void memberHangs() {
    hung = true;
    cancelStream();
  }

  private void cancelStream() {
    ClientCall<WatchRequest, WatchResponse> stream = call.get();
    if (stream == null) {
      return;
    }
    try {
      stream.cancel("the watch has ended", null);
    } catch (RejectedExecutionException e) {
      // The store is closed and has ended the stream.
    }
  }

  private void end(StoreException cause) {
    if (finish()) {
      if (cause.kind() == Kind.TOO_LARGE) {
        sizes.tooLargeFrom(revisions.next());
      }
      listener.onEnd(cause);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Counts bytes of incomplete messages, too.
   */
  @Override
  public long receivedBytes() {
    return received.count();
  }

  @Override
  public void close() {
    route.avoid();
    finish();
  }

  private boolean finish() {
    if (!over.compareAndSet(false, true)) {
      return false;
    }
    try {
      calls.connection().onOwnThread(this::release);
    } catch (RejectedExecutionException e) {
      // The store is closed, and has ended the stream.
    }
    return true;
  }

  private void release() {
    Future<?> timer = openTimer;
    if (timer != null) {
      timer.cancel(false);
    }
    cancelStream();
  }

  /** The callbacks of a stream. A watch has several if a token or a member was rejected. */
  private final class Stream extends ClientCall.Listener<WatchResponse> {
    private final ClientCall<WatchRequest, WatchResponse> stream;
    private final @Nullable String token;

    /** Whether another stream has replaced this one. */
    private boolean replaced;

    Stream(ClientCall<WatchRequest, WatchResponse> stream, @Nullable String token) {
      this.stream = stream;
      this.token = token;
    }

    @Override
    public void onMessage(WatchResponse message) {
      if (over.get() || replaced) {
        return;
      }
      if (message.getCanceled()) {
        canceled(message);
        return;
      }
      try {
        deliver(message);
        if (!over.get()) {
          stream.request(1);
        }
      } catch (StoreException e) {
        end(e);
      } catch (RuntimeException | Error e) {
        end(
            calls.isClosed()
                ? Calls.closedException()
                : new StoreException(Kind.UNAVAILABLE, "the watch failed: " + e, e));
      }
    }

    private void deliver(WatchResponse message) {
      if (message.getCreated()) {
        opened = true;
        Future<?> timer = openTimer;
        if (timer != null) {
          timer.cancel(false);
        }
        listener.onOpened();
      }
      if (!range.vacuous()) {
        List<RevisionEvents> complete =
            revisions.take(message.getEventsList(), Fragments.hasMore(message));
        if (!complete.isEmpty()) {
          listener.onRevisions(complete);
        }
      }
    }

    private void canceled(WatchResponse message) {
      String reason = message.getCancelReason();
      if (message.getCompactRevision() != 0) {
        end(
            new StoreException(
                Kind.COMPACTED,
                "the watch starts below the compacted revision " + message.getCompactRevision(),
                null));
      } else if (reason.contains(PERMISSION_DENIED)) {
        rejected(Status.PERMISSION_DENIED.withDescription(reason));
      } else if (AuthTokens.isRejection(reason)) {
        rejected(Status.UNAUTHENTICATED.withDescription(reason));
      } else if (Outcome.isRejectionByMember(reason)) {
        rejectedByMember(Status.UNAVAILABLE.withDescription(reason));
      } else {
        end(new StoreException(Kind.UNAVAILABLE, "etcd cancelled the watch: " + reason, null));
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (over.get() || replaced) {
        return;
      }
      if (calls.isClosed()) {
        end(Calls.closedException());
      } else if (openTimedOut && !opened) {
        end(notOpened(status));
      } else if (hung) {
        end(new StoreException(Kind.UNAVAILABLE, route.memberName() + " hangs", null));
      } else if (AuthTokens.isRejection(status)) {
        rejected(status);
      } else if (Outcome.isRejectionByMember(status)) {
        rejectedByMember(status);
      } else {
        Obstacle obstacle = route.obstacle();
        end(
            obstacle == null
                ? Outcome.failure("Watch", Outcome.kind(status, Purpose.READ, true), status)
                : Outcome.noConnection("Watch", obstacle, status));
      }
    }

    /** Tries another member at once, if nothing was delivered. */
    private void rejectedByMember(Status status) {
      boolean others = route.rejected(status);
      if (!opened && others) {
        replaced = true;
        cancelStream();
        start();
        return;
      }
      end(Outcome.failure("Watch", Kind.UNAVAILABLE, status));
    }

    /**
     * Tries again with a new token, if nothing was delivered. For a watch, etcd reports an outdated
     * token as a missing permission, so only the second rejection is conclusive.
     */
    private void rejected(Status status) {
      if (!opened && !renewed && calls.tokens().renew(token)) {
        renewed = true;
        replaced = true;
        cancelStream();
        start();
        return;
      }
      Kind known = Outcome.kind(status, Purpose.READ, true);
      boolean permission = status.getCode() == Status.Code.PERMISSION_DENIED;
      boolean lasting = permission || known == Kind.MISCONFIGURED;
      end(Outcome.failure("Watch", lasting ? known : Kind.UNAVAILABLE, status));
    }
  }
}
