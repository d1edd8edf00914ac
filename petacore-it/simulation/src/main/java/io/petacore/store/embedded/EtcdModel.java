package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Event;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.StoreLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A model of an etcd cluster as its clients see it, without threads and without a clock of its own:
 * the key space and the leases of the embedded store under the rules of etcd. It keeps the whole
 * history, so that it can be judged and restored to a backup.
 */
public final class EtcdModel {

  /** An operation, which is repeated when a backup is restored. */
  private interface Step {
    void repeat(EtcdModel model);
  }

  private final StoreLimits limits;
  private final LongSupplier ticker;
  private final List<Step> steps = new ArrayList<>();
  private final List<RevisionEvents> history = new ArrayList<>();
  private Leases leases = new Leases();
  private KeySpace keys = new KeySpace(leases, Long.MAX_VALUE);
  private Committer committer = new Committer(keys, leases);
  private long lastLease;
  private long bumpedAt = Long.MAX_VALUE;
  private long bump;

  /**
   * @param ticker the clock of leases, in nanoseconds
   */
  public EtcdModel(StoreLimits limits, LongSupplier ticker) {
    this.limits = limits;
    this.ticker = ticker;
  }

  public StoreLimits limits() {
    return limits;
  }

  /** Returns the newest revision. */
  public long newest() {
    return keys.newest();
  }

  /** Returns the oldest revision that can be read. */
  public long compacted() {
    return keys.compacted();
  }

  /**
   * Returns every revision since the start, including compacted ones; revisions lost by a restore
   * are not included.
   */
  public List<RevisionEvents> history() {
    return history;
  }

  /** Returns the changes of a revision in a range. */
  public RevisionEvents revision(long revision, KeyRange range) {
    if (revision > bumpedAt && revision <= bumpedAt + bump) {
      return new RevisionEvents(revision, List.of());
    }
    long made = revision > bumpedAt ? revision - bump : revision;
    RevisionEvents all = history.get(Math.toIntExact(made - KeySpace.FIRST_REVISION - 1));
    return new RevisionEvents(
        revision, all.events().stream().filter(event -> range.contains(event.key())).toList());
  }

  public RangePage range(RangeRequest request) {
    expire();
    return keys.page(request);
  }

  public BatchResult commit(Batch batch) {
    EtcdRules.check(batch, limits);
    expire();
    BatchResult result = committer.commit(batch);
    record();
    return result;
  }

  public long grant(Duration timeToLive) {
    long granted = leases.grant(timeToLive.toNanos(), ticker.getAsLong());
    lastLease = granted;
    steps.add(model -> model.leases.grant(timeToLive.toNanos(), model.ticker.getAsLong()));
    return granted;
  }

  public void renew(long lease) {
    expire();
    if (!leases.renew(lease, ticker.getAsLong())) {
      throw new StoreException(
          StoreException.Kind.LEASE_NOT_FOUND, "the lease " + lease + " has ended", null);
    }
  }

  public void revoke(long lease) {
    committer.end(lease);
    steps.add(model -> model.leases.end(lease));
    record();
  }

  /** Returns the ID of the lease granted last. */
  public long lastLease() {
    return lastLease;
  }

  /** Ends the leases that have expired. */
  public void expire() {
    long now = ticker.getAsLong();
    for (long due = leases.due(now); due != Leases.NONE; due = leases.due(now)) {
      revoke(due);
    }
  }

  /** Returns the time in nanoseconds until the next lease ends; null if there is none. */
  public @Nullable Long nanosToNextEnd() {
    return leases.nanosToNext(ticker.getAsLong());
  }

  public void compact(long revision) {
    keys.compact(revision);
  }

  /** Restores a backup made at a revision. Its leases start anew. */
  public void restore(long revision) {
    List<Step> past = List.copyOf(steps);
    long compacted = keys.compacted();
    long leasesGiven = lastLease;
    steps.clear();
    history.clear();
    leases = new Leases();
    keys = new KeySpace(leases, Long.MAX_VALUE);
    committer = new Committer(keys, leases);
    for (Step step : past) {
      if (newest() == revision) {
        break;
      }
      step.repeat(this);
      steps.add(step);
      record();
    }
    // etcd draws the IDs of leases at random, and none twice.
    long skipped;
    do {
      skipped = leases.grant(1, ticker.getAsLong());
      leases.end(skipped);
    } while (skipped < leasesGiven);
    compact(Math.min(compacted, revision));
  }

  /**
   * Restores a backup, once in the life of a model, with {@code etcdutl snapshot restore
   * --bump-revision --mark-compacted}: revisions continue far above all that were assigned, and
   * nothing below can be read or watched.
   */
  public void restoreBumped(long revision, long by) {
    restore(revision);
    bumpedAt = newest();
    bump = by;
    keys.skipTo(bumpedAt + bump);
  }

  /** Records the newest revision, if it is new. */
  private void record() {
    if (newest() == KeySpace.FIRST_REVISION + history.size() + bump) {
      return;
    }
    RevisionEvents made = keys.eventsFrom(newest(), 1, Integer.MAX_VALUE).get(0);
    history.add(made);
    List<Operation> changes = new ArrayList<>();
    for (Event event : made.events()) {
      changes.add(change(event));
    }
    steps.add(model -> model.keys.apply(changes));
  }

  private Operation change(Event event) {
    Bytes value = event.value();
    if (value == null) {
      return new Operation.Delete(event.key());
    }
    Version put = keys.current(event.key());
    return new Operation.Put(event.key(), value, put == null ? Leases.NONE : put.lease);
  }
}
