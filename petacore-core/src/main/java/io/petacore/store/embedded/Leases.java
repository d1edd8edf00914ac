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
 * The leases that have not ended, when each of them will, and the keys put with it. Used under the
 * store's lock only.
 *
 * <p>Points in time are readings of a ticker in nanoseconds, of any origin, compared by difference.
 */
final class Leases {

  static final long NONE = Operation.NO_LEASE;

  /** Some 146 years: further ahead, differences of readings would overflow. */
  static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

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

  /** Begins a lease's time to live anew; whether there is such a lease. */
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

  /** Ends a lease; its keys in order, none if it is unknown. They stay to be deleted. */
  SortedSet<Bytes> end(long id) {
    Lease lease = leases.remove(id);
    if (lease == null) {
      return new TreeSet<>();
    }
    byDeadline.remove(lease);
    return lease.keys;
  }

  /** A lease that is past its time, the one that was due first; {@link #NONE} if none is. */
  long due(long now) {
    Lease lease = byDeadline.peek();
    return lease == null || lease.deadline - now > 0 ? NONE : lease.id;
  }

  /** How long until the next lease is due, in nanoseconds; null if there is no lease. */
  @Nullable Long nanosToNext(long now) {
    Lease lease = byDeadline.peek();
    return lease == null ? null : lease.deadline - now;
  }

  /** A key that was put with one lease, or none, is now put with another, or none, or deleted. */
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
