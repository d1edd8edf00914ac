package io.petacore.etcd;

import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The renewals of one lease, on one stream that stays open: etcd's gRPC proxy ends a stream that is
 * half-closed after each renewal before it has answered. It answers in its own time, too, which may
 * be a third of the lease's.
 *
 * <p>A stream that breaks fails what was asked on it; the next renewal opens another. One on which
 * a renewal is unanswered for half of the lease's time, or whose member hangs, is replaced, and
 * what it owes is asked again at another member: to renew twice harms nothing.
 *
 * <p>Safe for use by many threads.
 */
final class LeaseStream {

  private final Calls calls;
  private final long lease;
  private final Duration patience;
  private final Duration idleBound;
  private final LeaseKeepAliveRequest request;
  private final Runnable onIdle;

  /** What was asked and not answered, in order; some may have been told that time is up. */
  private final Deque<CompletableFuture<Void>> unanswered = new ArrayDeque<>(); // guarded by this

  private @Nullable Sending current; // guarded by this
  private Future<?> idleTimer; // guarded by this

  /**
   * @param timeToLive of the lease
   * @param onIdle is run when it was not renewed for so long that it must have ended
   */
  LeaseStream(Calls calls, long lease, Duration timeToLive, Runnable onIdle) {
    this.calls = calls;
    this.lease = lease;
    this.patience = timeToLive.dividedBy(2);
    this.idleBound = timeToLive.multipliedBy(3);
    this.request = LeaseKeepAliveRequest.newBuilder().setID(lease).build();
    this.onIdle = onIdle;
    this.idleTimer = calls.connection().schedule(onIdle, idleBound);
  }

  /** Asks for a renewal. Fails within the request timeout. */
  CompletableFuture<Void> renew() {
    CompletableFuture<Void> renewal = new CompletableFuture<>();
    try {
      Future<?> timer = calls.connection().schedule(() -> late(renewal), calls.timeout());
      Future<?> replacing = calls.connection().schedule(() -> replace(renewal), patience);
      var unused =
          renewal.whenComplete(
              (nothing, failure) -> {
                timer.cancel(false);
                if (failure == null) {
                  replacing.cancel(false);
                }
              });
      ask(renewal);
    } catch (RejectedExecutionException e) {
      renewal.completeExceptionally(Calls.closedException());
    }
    return renewal;
  }

  private void ask(CompletableFuture<Void> renewal) {
    Sending opened = null;
    synchronized (this) {
      unanswered.add(renewal);
      if (current == null) {
        opened = new Sending(newRoute(), false);
        current = opened;
      } else {
        current.send();
      }
      idleTimer.cancel(false);
      idleTimer = calls.connection().schedule(onIdle, idleBound);
    }
    if (opened != null) {
      opened.open();
    }
  }

  private void late(CompletableFuture<Void> renewal) {
    Sending sending;
    synchronized (this) {
      sending = current;
    }
    Obstacle obstacle = sending == null ? null : sending.route.obstacle();
    Status status = Status.DEADLINE_EXCEEDED.withDescription("no answer in " + calls.timeout());
    renewal.completeExceptionally(
        obstacle == null
            ? Outcome.failure("LeaseKeepAlive", Kind.UNAVAILABLE, status)
            : Outcome.heldUp("LeaseKeepAlive", obstacle, status));
  }

  /** Asks again on another stream, unless it has been answered. */
  private void replace(CompletableFuture<Void> renewal) {
    synchronized (this) {
      if (unanswered.stream().noneMatch(asked -> asked == renewal)) {
        return;
      }
      unanswered.removeIf(asked -> asked != renewal && asked.isDone());
    }
    replaceStream("it is silent");
  }

  private void memberHangs() {
    synchronized (this) {
      unanswered.removeIf(CompletableFuture::isDone);
    }
    replaceStream("its member hangs");
  }

  private void replaceStream(String why) {
    Sending silent;
    Sending opened = null;
    synchronized (this) {
      silent = current;
      if (silent == null) {
        return;
      }
      silent.route.avoid();
      if (!unanswered.isEmpty()) {
        opened = new Sending(newRoute(), false);
      }
      current = opened;
    }
    silent.cancel(why);
    if (opened != null) {
      opened.open();
    }
  }

  private Route newRoute() {
    return new Route(this::memberHangs);
  }

  /** Closes the stream; what it owes fails. */
  void end() {
    Sending last;
    synchronized (this) {
      idleTimer.cancel(false);
      last = current;
      current = null;
    }
    if (last != null) {
      last.cancel("the lease is renewed no more");
    }
    failAll(new StoreException(Kind.UNAVAILABLE, "the lease is renewed no more", null));
  }

  /** For where the stream's end can't be awaited. */
  void abandon() {
    failAll(Calls.closedException());
  }

  private void failAll(StoreException failure) {
    List<CompletableFuture<Void>> owed;
    synchronized (this) {
      owed = new ArrayList<>(unanswered);
      unanswered.clear();
    }
    owed.forEach(renewal -> renewal.completeExceptionally(failure));
  }

  /** One stream, from its opening on. */
  private final class Sending extends ClientCall.Listener<LeaseKeepAliveResponse> {
    private final Route route;

    /** Whether its token is the second one that was tried. */
    private final boolean renewedToken;

    private @Nullable ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call; // by outer
    private @Nullable String token;

    Sending(Route route, boolean renewedToken) {
      this.route = route;
      this.renewedToken = renewedToken;
    }

    void open() {
      var unused =
          calls
              .tokens()
              .current()
              .whenComplete(
                  (known, failure) -> {
                    if (failure != null) {
                      over(Calls.storeException(failure));
                    } else {
                      start(known.isEmpty() ? null : known);
                    }
                  });
    }

    private void start(@Nullable String withToken) {
      try {
        synchronized (LeaseStream.this) {
          if (current != this) {
            return;
          }
          token = withToken;
          ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> opened =
              calls
                  .connection()
                  .newCall(
                      LeaseGrpc.getLeaseKeepAliveMethod(),
                      CallOptions.DEFAULT.withWaitForReady().withOption(Route.KEY, route));
          opened.start(this, AuthTokens.headers(withToken));
          opened.request(1);
          call = opened;
          for (int i = 0; i < unanswered.size(); i++) {
            opened.sendMessage(request);
          }
        }
      } catch (RuntimeException e) {
        over(Calls.storeException(e));
      }
    }

    /** With the lock; before it has started there is nothing to do, since then all is sent. */
    void send() {
      if (call != null) {
        call.sendMessage(request);
      }
    }

    void cancel(String why) {
      synchronized (LeaseStream.this) {
        if (call != null) {
          try {
            call.cancel(why, null);
          } catch (RejectedExecutionException e) {
            // The store is closed, and the stream with it.
          }
        }
      }
    }

    @Override
    public void onMessage(LeaseKeepAliveResponse answer) {
      CompletableFuture<Void> renewal;
      synchronized (LeaseStream.this) {
        if (current != this) {
          return;
        }
        renewal = unanswered.poll();
        if (call != null) {
          call.request(1);
        }
      }
      if (answer.getTTL() <= 0) {
        StoreException ended =
            new StoreException(
                Kind.LEASE_NOT_FOUND, "lease " + Long.toHexString(lease) + " has ended", null);
        if (renewal != null) {
          renewal.completeExceptionally(ended);
        }
        failAll(ended);
      } else if (renewal != null) {
        renewal.complete(null);
      }
      calls.answered();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (calls.isClosed()) {
        over(Calls.closedException());
      } else if (AuthTokens.isRefusal(status) && !renewedToken && calls.tokens().renew(token)) {
        again(new Sending(route, true));
      } else if (Outcome.isRefusalOfMember(status) && route.refused(status)) {
        again(new Sending(route, renewedToken));
      } else if (status.isOk()) {
        over(
            Outcome.failure(
                "LeaseKeepAlive",
                Kind.UNAVAILABLE,
                Status.INTERNAL.withDescription("the stream ended without an answer")));
      } else {
        Obstacle obstacle = route.obstacle();
        over(
            obstacle == null
                ? Outcome.failure(
                    "LeaseKeepAlive", Outcome.kind(status, Purpose.LEASE, true), status)
                : Outcome.heldUp("LeaseKeepAlive", obstacle, status));
      }
    }

    private void again(Sending next) {
      synchronized (LeaseStream.this) {
        if (current != this) {
          return;
        }
        unanswered.removeIf(CompletableFuture::isDone);
        current = unanswered.isEmpty() ? null : next;
        if (current == null) {
          return;
        }
      }
      next.open();
    }

    private void over(StoreException failure) {
      synchronized (LeaseStream.this) {
        if (current != this) {
          return;
        }
        current = null;
      }
      failAll(failure);
    }
  }
}
