package io.petacore.internal.transaction;

import io.petacore.data.Timestamp;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens snapshots. Safe for use by many threads. */
public final class Snapshots {

  private static final Logger log = LoggerFactory.getLogger(Snapshots.class);

  private final RunContext context;
  private final MvccCache cache;
  private final OpenSnapshots open;

  Snapshots(RunContext context) {
    this.context = context;
    this.cache = context.cache();
    this.open = new OpenSnapshots(cache);
  }

  /**
   * Pins the newest state, as soon as it is one at which a transaction may begin.
   *
   * @param options of which timeout, fail-fast and freshness count
   * @throws io.petacore.error.StorageClosedException if the storage was closed
   */
  public Snapshot newest(TransactionOptions options) {
    context.awaitBegin(options);
    return applied();
  }

  /**
   * Pins the newest applied state; does not wait for acknowledged commits to be applied.
   *
   * @throws io.petacore.error.StorageClosedException if the storage was closed
   */
  public Snapshot applied() {
    while (true) {
      AppliedState applied = cache.applied();
      // Fails only if it fell behind the horizon since it was read: there is a newer one then.
      if (cache.pin(applied.timestamp())) {
        return new PinnedSnapshot(
            cache, context.decoded(), open, applied.revision(), applied.timestamp());
      }
    }
  }

  /**
   * Pins the state at a timestamp of the past.
   *
   * @throws TransactionTooOldException if it is not known for certain; the message says why
   */
  public Snapshot at(Timestamp timestamp) {
    long nanos = timestamp.nanosSinceEpoch();
    // First the pin, then the lookup: so what was looked up stays.
    boolean pinned = cache.pin(nanos);
    try {
      AppliedState state = cache.exactlyAt(nanos);
      pinned = false; // the snapshot owns it now
      return new PinnedSnapshot(cache, context.decoded(), open, state.revision(), nanos);
    } finally {
      if (pinned) {
        cache.unpin(nanos);
      }
    }
  }

  /**
   * Pins the state at a revision.
   *
   * @throws TransactionTooOldException if it is not known for certain; the message says why
   */
  public Snapshot atRevision(long revision) {
    while (true) {
      AppliedState state = cache.atRevision(revision);
      // Fails only if it fell behind the horizon since it was looked up: the next lookup says so.
      if (cache.pin(state.timestamp())) {
        return new PinnedSnapshot(cache, context.decoded(), open, revision, state.timestamp());
      }
    }
  }

  /**
   * Releases snapshots whose handles were garbage-collected unclosed, and logs where they were
   * opened.
   */
  void releaseForgotten() {
    for (Throwable openedHere : open.releaseForgotten()) {
      log.warn("a snapshot was never closed and has kept history in memory until now", openedHere);
    }
  }
}
