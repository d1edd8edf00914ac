package io.petacore.internal.commit;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import io.petacore.store.Operation;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the commit records of this storage. Every batch writes one, and so does every request about
 * the exclusive commit lock: the record's put count shows the loss of any such revision on the
 * watch.
 *
 * <p>Safe for use by many threads.
 */
final class CommitRecords {

  private static final Logger log = LoggerFactory.getLogger(CommitRecords.class);

  private final HybridLogicalClock clock;
  private final Namespace namespace;
  private final AtomicBoolean warned = new AtomicBoolean();

  CommitRecords(HybridLogicalClock clock, Namespace namespace) {
    this.clock = clock;
    this.namespace = namespace;
  }

  /**
   * The record of a request that is sent now. If this machine's clock shows a time that no node
   * accepts, it has no timestamp: the commit is ordered by its revision alone.
   *
   * @param batch the number of the batch
   */
  CommitRecord next(SessionId session, long batch) {
    long timestamp = clock.now();
    if (CommitRecord.isTimestamp(timestamp)) {
      return new CommitRecord(timestamp, session, batch);
    }
    if (warned.compareAndSet(false, true)) {
      log.warn(
          "the clock of this machine is not between 1970 and 2200: commits are sent without a"
              + " timestamp until it is corrected and the storage is opened again");
    }
    return new CommitRecord(CommitRecord.NO_TIMESTAMP, session, batch);
  }

  /** The write of the record in a request that commits no transactions. */
  Operation.Put put(SessionId session) {
    return new Operation.Put(
        namespace.toStore(ReservedKeys.COMMIT_RECORD),
        next(session, CommitRecord.NO_BATCH).encode());
  }
}
