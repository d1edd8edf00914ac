package io.petacore.etcd;

import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Leases, each renewed by a request of its own: whoever renews one wants to know how it went. */
final class Leases {

  private static final long LAST_NANO = 999_999_999;

  private final Calls calls;

  Leases(Calls calls) {
    this.calls = calls;
  }

  /** etcd counts in whole seconds, from 1 on. */
  CompletableFuture<Long> grant(Duration timeToLive) {
    long seconds = Math.max(1, timeToLive.plusNanos(LAST_NANO).toSeconds());
    LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setTTL(seconds).build();
    return calls.send(
        LeaseGrpc.getLeaseGrantMethod(), request, Purpose.LEASE, LeaseGrantResponse::getID);
  }

  /** A stream by protocol, used for one request and its answer. */
  CompletableFuture<Void> renew(long lease) {
    LeaseKeepAliveRequest request = LeaseKeepAliveRequest.newBuilder().setID(lease).build();
    return done(
        calls.send(LeaseGrpc.getLeaseKeepAliveMethod(), request, Purpose.LEASE, Leases::timeToLive),
        failure -> false);
  }

  private static long timeToLive(LeaseKeepAliveResponse answer) {
    if (answer.getTTL() <= 0) {
      throw new StoreException(
          Kind.LEASE_NOT_FOUND, "lease " + Long.toHexString(answer.getID()) + " has ended", null);
    }
    return answer.getTTL();
  }

  CompletableFuture<Void> revoke(long lease) {
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
