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
 * An etcd cluster as its clients see it, without threads and without time of its own: the key space
 * and the leases of the embedded store under the rules of etcd. It remembers everything, so that
 * its history can be checked, and that it can be restored from a backup.
 */
public final class EtcdModel {

  /** Something that was done, to be done again when a backup is restored. */
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
   * @param ticker what leases take their time from, in nanoseconds
   */
  public EtcdModel(StoreLimits limits, LongSupplier ticker) {
    this.limits = limits;
    this.ticker = ticker;
  }

  public StoreLimits limits() {
    return limits;
  }

  /** The newest revision. */
  public long newest() {
    return keys.newest();
  }

  /** The oldest revision that can be read. */
  public long compacted() {
    return keys.compacted();
  }

  /** All revisions, compacted ones included, without those lost in a restore. */
  public List<RevisionEvents> history() {
    return history;
  }

  /** What a revision changed in a range. */
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

  /** The number of the lease that was granted last. */
  public long lastLease() {
    return lastLease;
  }

  /** Ends the leases whose time is over. */
  public void expire() {
    long now = ticker.getAsLong();
    for (long due = leases.due(now); due != Leases.NONE; due = leases.due(now)) {
      revoke(due);
    }
  }

  /** How long it is until a lease ends; null if there is none. */
  public @Nullable Long nanosToNextEnd() {
    return leases.nanosToNext(ticker.getAsLong());
  }

  public void compact(long revision) {
    keys.compact(revision);
  }

  /** Restores the backup of a revision. Its leases restart. */
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
    // etcd draws the numbers of leases by chance, and none comes twice.
    long skipped;
    do {
      skipped = leases.grant(1, ticker.getAsLong());
      leases.end(skipped);
    } while (skipped < leasesGiven);
    compact(Math.min(compacted, revision));
  }

  /**
   * Restores a backup, once in the life of a model, with {@code etcdutl snapshot restore
   * --bump-revision --mark-compacted}: the revisions continue far above all earlier ones, and
   * nothing below can be read or watched.
   */
  public void restoreBumped(long revision, long by) {
    restore(revision);
    bumpedAt = newest();
    bump = by;
    keys.skipTo(bumpedAt + bump);
  }

  /** Takes down what was done if it made a new revision. */
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
