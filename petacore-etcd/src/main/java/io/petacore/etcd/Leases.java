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

/** Grants, renews and revokes leases; each lease has its own renewal stream. */
final class Leases {

  private static final long LAST_NANO = 999_999_999;

  private final Calls calls;
  private final ConcurrentMap<Long, LeaseStream> streams = new ConcurrentHashMap<>();

  Leases(Calls calls) {
    this.calls = calls;
  }

  /** Grants a lease; its time-to-live is rounded up to whole seconds, at least 1. */
  CompletableFuture<Long> grant(Duration timeToLive) {
    long seconds = Math.max(1, timeToLive.plusNanos(LAST_NANO).toSeconds());
    LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setTTL(seconds).build();
    return calls.send(
        LeaseGrpc.getLeaseGrantMethod(),
        request,
        Purpose.LEASE,
        response -> granted(response, seconds));
  }

  private long granted(LeaseGrantResponse response, long requestedSeconds) {
    long lease = response.getID();
    long seconds = Math.max(requestedSeconds, response.getTTL());
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

  /**
   * Renews a lease on its stream, which is open until the lease is revoked or no longer renewed.
   */
  CompletableFuture<Void> renew(long lease) {
    if (calls.isClosed()) {
      return CompletableFuture.failedFuture(Calls.closedException());
    }
    try {
      // The time-to-live is unknown if another client granted the lease or it has been idle.
      return streams.computeIfAbsent(lease, id -> stream(id, calls.timeout())).renew();
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(Calls.closedException());
    }
  }

  /** Fails renewals that the close of the connection did not end. */
  void abandonOpen() {
    streams.values().forEach(LeaseStream::abandon);
  }

  CompletableFuture<Void> revoke(long lease) {
    end(lease);
    LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(lease).build();
    return done(
        calls.send(LeaseGrpc.getLeaseRevokeMethod(), request, Purpose.LEASE, response -> response),
        failure -> failure.kind() == Kind.LEASE_NOT_FOUND);
  }

  /** Drops the result, and treats some failures as success. */
  private static CompletableFuture<Void> done(
      CompletableFuture<?> sent, Predicate<StoreException> successful) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    var unused =
        sent.whenComplete(
            (response, failure) -> {
              if (failure == null || successful.test(Calls.storeException(failure))) {
                done.complete(null);
              } else {
                done.completeExceptionally(failure);
              }
            });
    return done;
  }
}
