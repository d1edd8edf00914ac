package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import io.petacore.store.Operation;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The active leases with their deadlines and attached keys. Guarded by the store's lock.
 *
 * <p>Times are ticker readings in nanoseconds with an arbitrary origin, compared by difference.
 */
final class Leases {

  static final long NONE = Operation.NO_LEASE;

  /** The maximum time to live, about 146 years, so that differences do not overflow. */
  static final long MAX_NANOS = Long.MAX_VALUE / 2;

  private static final class Lease {
    final long id;
    final long timeToLive;
    final SortedSet<Bytes> keys = new TreeSet<>();
    long deadline;

    Lease(long id, long timeToLive, long deadline) {
      this.id = id;
      this.timeToLive = timeToLive;
      this.deadline = deadline;
    }
  }

  private static final Comparator<Lease> SOONEST_FIRST =
      (a, b) -> Long.signum(a.deadline - b.deadline);

  private final Map<Long, Lease> leases = new HashMap<>();
  private final PriorityQueue<Lease> byDeadline = new PriorityQueue<>(SOONEST_FIRST);
  private long lastId;

  long grant(long timeToLive, long now) {
    Lease lease = new Lease(++lastId, timeToLive, now + timeToLive);
    leases.put(lease.id, lease);
    byDeadline.add(lease);
    return lease.id;
  }

  /** Restarts the time to live of a lease; false if the lease has ended. */
  boolean renew(long id, long now) {
    Lease lease = leases.get(id);
    if (lease == null) {
      return false;
    }
    byDeadline.remove(lease);
    lease.deadline = now + lease.timeToLive;
    byDeadline.add(lease);
    return true;
  }

  boolean isGranted(long id) {
    return leases.containsKey(id);
  }

  /** Ends a lease and returns its keys, which the caller must delete; none if it has ended. */
  SortedSet<Bytes> end(long id) {
    Lease lease = leases.remove(id);
    if (lease == null) {
      return new TreeSet<>();
    }
    byDeadline.remove(lease);
    return lease.keys;
  }

  /** Returns the lease that expired first; {@link #NONE} if none has expired. */
  long due(long now) {
    Lease lease = byDeadline.peek();
    return lease == null || lease.deadline - now > 0 ? NONE : lease.id;
  }

  /** The time until the next lease expires, in nanoseconds; null if there is no lease. */
  @Nullable Long nanosToNext(long now) {
    Lease lease = byDeadline.peek();
    return lease == null ? null : lease.deadline - now;
  }

  /** Moves a key from one lease to another; {@link #NONE} stands for no lease. */
  void move(Bytes key, long from, long to) {
    if (from == to) {
      return;
    }
    Lease before = leases.get(from);
    if (before != null) {
      before.keys.remove(key);
    }
    Lease after = leases.get(to);
    if (after != null) {
      after.keys.add(key);
    }
  }
}
