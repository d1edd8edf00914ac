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
 * The renewals of one lease, on one long-lived stream: the gRPC proxy of etcd ends a half-closed
 * stream before it has responded, and may respond only after a third of the time-to-live.
 *
 * <p>If the stream breaks, its pending renewals fail, and the next renewal opens a new stream. A
 * stream with a renewal pending for half of the time-to-live, or whose member hangs, is replaced,
 * and its pending renewals are resent to another member, since a renewal may be repeated.
 *
 * <p>Thread-safe.
 */
final class LeaseStream {

  private final Calls calls;
  private final long lease;
  private final Duration replaceTimeout;
  private final Duration idleTimeout;
  private final LeaseKeepAliveRequest request;
  private final Runnable onIdle;

  /** The pending renewals, in order; some may have timed out. */
  @GuardedBy("this")
  private final Deque<CompletableFuture<Void>> pending = new ArrayDeque<>();

  @GuardedBy("this")
  private @Nullable Sending current;

  @GuardedBy("this")
  private Future<?> idleTimer;

  /**
   * @param timeToLive time-to-live of the lease
   * @param onIdle is run when the lease must have expired for lack of renewals
   */
  LeaseStream(Calls calls, long lease, Duration timeToLive, Runnable onIdle) {
    this.calls = calls;
    this.lease = lease;
    this.replaceTimeout = timeToLive.dividedBy(2);
    this.idleTimeout = timeToLive.multipliedBy(3);
    this.request = LeaseKeepAliveRequest.newBuilder().setID(lease).build();
    this.onIdle = onIdle;
    this.idleTimer = calls.connection().schedule(onIdle, idleTimeout);
  }

  /** Renews the lease. The future completes within the request timeout. */
  CompletableFuture<Void> renew() {
    CompletableFuture<Void> renewal = new CompletableFuture<>();
    try {
      Future<?> timer = calls.connection().schedule(() -> late(renewal), calls.timeout());
      Future<?> replacing = calls.connection().schedule(() -> replace(renewal), replaceTimeout);
      var unused =
          renewal.whenComplete(
              (nothing, failure) -> {
                timer.cancel(false);
                if (failure == null) {
                  replacing.cancel(false);
                }
              });
      request(renewal);
    } catch (RejectedExecutionException e) {
      renewal.completeExceptionally(Calls.closedException());
    }
    return renewal;
  }

  private void request(CompletableFuture<Void> renewal) {
    Sending opened = null;
    synchronized (this) {
      pending.add(renewal);
      if (current == null) {
        opened = new Sending(newRoute(), false);
        current = opened;
      } else {
        current.send();
      }
      idleTimer.cancel(false);
      idleTimer = calls.connection().schedule(onIdle, idleTimeout);
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
    Status status =
        Status.DEADLINE_EXCEEDED.withDescription("no response within " + calls.timeout());
    renewal.completeExceptionally(
        obstacle == null
            ? Outcome.failure("LeaseKeepAlive", Kind.UNAVAILABLE, status)
            : Outcome.noConnection("LeaseKeepAlive", obstacle, status));
  }

  /** Resends a renewal on another stream, unless it has completed. */
  private void replace(CompletableFuture<Void> renewal) {
    synchronized (this) {
      if (pending.stream().noneMatch(other -> other == renewal)) {
        return;
      }
      pending.removeIf(other -> other != renewal && other.isDone());
    }
    replaceStream("the stream is silent");
  }

  private void memberHangs() {
    synchronized (this) {
      pending.removeIf(CompletableFuture::isDone);
    }
    replaceStream("the member hangs");
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
      if (!pending.isEmpty()) {
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

  /** Closes the stream; pending renewals fail. */
  void end() {
    Sending last;
    synchronized (this) {
      idleTimer.cancel(false);
      last = current;
      current = null;
    }
    if (last != null) {
      last.cancel("the lease is no longer renewed");
    }
    failAll(new StoreException(Kind.UNAVAILABLE, "the lease is no longer renewed", null));
  }

  /** Fails pending renewals whose end cannot be awaited. */
  void abandon() {
    failAll(Calls.closedException());
  }

  private void failAll(StoreException failure) {
    List<CompletableFuture<Void>> failed;
    synchronized (this) {
      failed = new ArrayList<>(pending);
      pending.clear();
    }
    failed.forEach(renewal -> renewal.completeExceptionally(failure));
  }

  /** One stream. */
  private final class Sending extends ClientCall.Listener<LeaseKeepAliveResponse> {
    private final Route route;

    /** Whether its token was requested after a rejection. */
    private final boolean renewedToken;

    private @Nullable ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call;
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
                      fail(Calls.storeException(failure));
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
          for (int i = 0; i < pending.size(); i++) {
            opened.sendMessage(request);
          }
        }
      } catch (RuntimeException e) {
        fail(Calls.storeException(e));
      }
    }

    /**
     * Sends a renewal; before the start this is not necessary, since the start sends all pending
     * ones.
     */
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
            // The store is closed and has ended the stream.
          }
        }
      }
    }

    @Override
    public void onMessage(LeaseKeepAliveResponse response) {
      CompletableFuture<Void> renewal;
      synchronized (LeaseStream.this) {
        if (current != this) {
          return;
        }
        renewal = pending.poll();
        if (call != null) {
          call.request(1);
        }
      }
      if (response.getTTL() <= 0) {
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
      calls.responseReceived();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (calls.isClosed()) {
        fail(Calls.closedException());
      } else if (AuthTokens.isRejection(status) && !renewedToken && calls.tokens().renew(token)) {
        again(new Sending(route, true));
      } else if (Outcome.isRejectionByMember(status) && route.rejected(status)) {
        again(new Sending(route, renewedToken));
      } else if (status.isOk()) {
        fail(
            Outcome.failure(
                "LeaseKeepAlive",
                Kind.UNAVAILABLE,
                Status.INTERNAL.withDescription("the stream ended without a response")));
      } else {
        Obstacle obstacle = route.obstacle();
        fail(
            obstacle == null
                ? Outcome.failure(
                    "LeaseKeepAlive", Outcome.kind(status, Purpose.LEASE, true), status)
                : Outcome.noConnection("LeaseKeepAlive", obstacle, status));
      }
    }

    private void again(Sending next) {
      synchronized (LeaseStream.this) {
        if (current != this) {
          return;
        }
        pending.removeIf(CompletableFuture::isDone);
        current = pending.isEmpty() ? null : next;
        if (current == null) {
          return;
        }
      }
      next.open();
    }

    private void fail(StoreException failure) {
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
