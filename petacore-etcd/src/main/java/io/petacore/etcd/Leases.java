package io.petacore.etcd;

import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/** Leases: granted, renewed each on a stream of its own, and revoked. */
final class Leases {

  private static final long LAST_NANO = 999_999_999;

  private final Calls calls;
  private final ConcurrentMap<Long, LeaseStream> streams = new ConcurrentHashMap<>();

  Leases(Calls calls) {
    this.calls = calls;
  }

  /** etcd counts in whole seconds, from 1 on. */
  CompletableFuture<Long> grant(Duration timeToLive) {
    long seconds = Math.max(1, timeToLive.plusNanos(LAST_NANO).toSeconds());
    LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setTTL(seconds).build();
    return calls.send(
        LeaseGrpc.getLeaseGrantMethod(),
        request,
        Purpose.LEASE,
        answer -> granted(answer, seconds));
  }

  private long granted(LeaseGrantResponse answer, long secondsAsked) {
    long lease = answer.getID();
    long seconds = Math.max(secondsAsked, answer.getTTL());
    streams.put(lease, stream(lease, Duration.ofSeconds(seconds)));
    return lease;
  }

  private LeaseStream stream(long lease, Duration timeToLive) {
    return new LeaseStream(calls, lease, timeToLive, () -> end(lease));
  }

  private void end(long lease) {
    LeaseStream stream = streams.remove(lease);
    if (stream != null) {
      stream.end();
    }
  }

  /** On a stream that stays open until the lease is revoked, or is renewed no more. */
  CompletableFuture<Void> renew(long lease) {
    if (calls.isClosed()) {
      return CompletableFuture.failedFuture(Calls.closedException());
    }
    try {
      // Of a lease that another granted, or that was not renewed for long, the time is not known.
      return streams.computeIfAbsent(lease, id -> stream(id, calls.timeout())).renew();
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(Calls.closedException());
    }
  }

  /** Ends what the connection's close did not. */
  void abandonOpen() {
    streams.values().forEach(LeaseStream::abandon);
  }

  CompletableFuture<Void> revoke(long lease) {
    end(lease);
    LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(lease).build();
    return done(
        calls.send(LeaseGrpc.getLeaseRevokeMethod(), request, Purpose.LEASE, answer -> answer),
        failure -> failure.kind() == Kind.LEASE_NOT_FOUND);
  }

  /** The same without its result, and with what counts as done too. */
  private static CompletableFuture<Void> done(
      CompletableFuture<?> sent, Predicate<StoreException> doneToo) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    var unused =
        sent.whenComplete(
            (answer, failure) -> {
              if (failure == null || doneToo.test(Calls.storeException(failure))) {
                done.complete(null);
              } else {
                done.completeExceptionally(failure);
              }
            });
    return done;
  }
}
