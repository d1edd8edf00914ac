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
 * One watch on one gRPC stream; when the stream ends, so does the watch. Nothing is resumed here: a
 * client that resumes must know what it has delivered, and only the one who applies the events
 * does.
 *
 * <p>gRPC runs the callbacks of a stream one after another and holds no lock meanwhile, so the
 * listener is called the same way. The next message is asked for when the last one was taken: a
 * slow listener holds up the server's sending, not memory.
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

  /** Set by whoever ends the watch first: the end, which then is told, or {@link #close()}. */
  private final AtomicBoolean over = new AtomicBoolean();

  private final AtomicReference<@Nullable ClientCall<WatchRequest, WatchResponse>> call =
      new AtomicReference<>();

  private volatile boolean opened;
  private volatile boolean lateToOpen;
  private volatile boolean hung;
  private volatile @Nullable Future<?> openTimer;

  /** Whether a new token was tried. Written before a stream starts, or by its callbacks. */
  private boolean renewed;

  EtcdWatch(
      Calls calls, WatchSizes sizes, KeyRange range, long fromRevision, WatchListener listener) {
    // etcd takes 0 as "from now on", which would leave out what is there already.
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
      Fragments.ask(create);
    }
    this.request = WatchRequest.newBuilder().setCreateRequest(create).build();
  }

  /**
   * Opens the stream. The listener is told by callback, also of a failure; only that the store is
   * closed it is told on this thread, since no other is left.
   */
  void open() {
    if (calls.isClosed()) {
      end(Calls.closedException());
      return;
    }
    try {
      calls.connection().onOwnThread(this::openHere);
    } catch (RejectedExecutionException e) {
      end(Calls.closedException());
    }
  }

  private void openHere() {
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
      // Only now: gRPC refuses a message on a stream that was canceled meanwhile.
      call.set(stream);
    } catch (RuntimeException e) {
      calls.connection().onWorkThread(() -> end(Calls.storeException(e)));
      return;
    }
    if (over.get() || lateToOpen || hung) {
      // Whoever ended it may have looked before the stream was set.
      cancelStream();
    }
  }

  /** On an io thread: the end itself is told by the stream's callback. */
  private void notOpenedInTime() {
    if (!opened) {
      lateToOpen = true;
      cancelStream();
    }
  }

  private StoreException notOpened(Status status) {
    String what = "Watch, not opened within " + calls.timeout();
    Obstacle obstacle = route.obstacle();
    return obstacle == null
        ? Outcome.failure(what, Kind.UNAVAILABLE, status)
        : Outcome.heldUp(what, obstacle, status);
  }

  /**
   * Another member may serve, and a watch here would be found silent much later. The end itself is
   * told by the stream's callback.
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
      stream.cancel("the watch is over", null);
    } catch (RejectedExecutionException e) {
      // The store is closed: the stream has ended, and its callback has no thread any more.
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
   * <p>Who closes a watch before its store may do so because it is silent, and asks for another:
   * that is not to go where this one was.
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

  /** The callbacks of a stream; one watch has a second one where its first token was refused. */
  private final class Stream extends ClientCall.Listener<WatchResponse> {
    private final ClientCall<WatchRequest, WatchResponse> stream;
    private final @Nullable String token;

    /** Whether another stream took over, so that this one has no more to say. */
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
        tell(message);
        if (!over.get()) {
          stream.request(1);
        }
      } catch (StoreException e) {
        end(e);
      } catch (RuntimeException | Error e) {
        end(
            calls.isClosed()
                ? Calls.closedException()
                : new StoreException(Kind.UNAVAILABLE, "the watch can't go on: " + e, e));
      }
    }

    private void tell(WatchResponse message) {
      if (message.getCreated()) {
        opened = true;
        Future<?> timer = openTimer;
        if (timer != null) {
          timer.cancel(false);
        }
        listener.onOpened();
      }
      if (!range.vacuous()) {
        List<RevisionEvents> whole =
            revisions.take(message.getEventsList(), Fragments.isMoreToCome(message));
        if (!whole.isEmpty()) {
          listener.onRevisions(whole);
        }
      }
    }

    private void canceled(WatchResponse message) {
      String reason = message.getCancelReason();
      if (message.getCompactRevision() != 0) {
        end(
            new StoreException(
                Kind.COMPACTED,
                "the watch begins below the compacted revision " + message.getCompactRevision(),
                null));
      } else if (reason.contains(PERMISSION_DENIED)) {
        refused(Status.PERMISSION_DENIED.withDescription(reason));
      } else if (AuthTokens.isRefusal(reason)) {
        refused(Status.UNAUTHENTICATED.withDescription(reason));
      } else if (Outcome.isRefusalOfMember(reason)) {
        refusedByMember(Status.UNAVAILABLE.withDescription(reason));
      } else {
        end(new StoreException(Kind.UNAVAILABLE, "etcd canceled the watch: " + reason, null));
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (over.get() || replaced) {
        return;
      }
      if (calls.isClosed()) {
        end(Calls.closedException());
      } else if (lateToOpen && !opened) {
        end(notOpened(status));
      } else if (hung) {
        end(new StoreException(Kind.UNAVAILABLE, route.memberName() + " hangs", null));
      } else if (AuthTokens.isRefusal(status)) {
        refused(status);
      } else if (Outcome.isRefusalOfMember(status)) {
        refusedByMember(status);
      } else {
        Obstacle obstacle = route.obstacle();
        end(
            obstacle == null
                ? Outcome.failure("Watch", Outcome.kind(status, Purpose.READ, true), status)
                : Outcome.heldUp("Watch", obstacle, status));
      }
    }

    /** This member can't serve it: another one may, which is asked at once if nothing was told. */
    private void refusedByMember(Status status) {
      boolean others = route.refused(status);
      if (!opened && others) {
        replaced = true;
        cancelStream();
        start();
        return;
      }
      end(Outcome.failure("Watch", Kind.UNAVAILABLE, status));
    }

    /**
     * Refused before anything was delivered: tried once more, with a new token. An old token is
     * refused for a watch as if the permission were missing, so only the second refusal tells.
     */
    private void refused(Status status) {
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
