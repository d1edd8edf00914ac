package io.petacore.simulation;

/**
 * The faults, with their probabilities per request, per delivery of a watch, or per step of the
 * {@link Nemesis}, which takes about ten steps a second.
 */
enum Fault {
  /** A request never arrives, and its sender gets no answer. */
  REQUEST_LOST(0.02),
  /** A request is applied, and its sender gets no answer, or an error that the connection broke. */
  ANSWER_LOST(0.03),
  /** A request arrives long after its sender has given up on it. */
  REQUEST_LATE(0.03),
  /** A request or its answer is slow. */
  REQUEST_SLOW(0.1),
  /** A request is rejected, and certainly not applied. */
  REQUEST_REFUSED(0.02),
  /** The transport sends a request twice; a change is applied once. */
  REQUEST_DOUBLED(0.05),
  /** A watch ends. */
  WATCH_BROKEN(0.01),
  /** A watch falls silent, and ends much later. */
  WATCH_SILENT(0.005),
  /** A watch lags. */
  WATCH_SLOW(0.1),
  /** A watch omits a revision. */
  WATCH_LOSES(0.01),
  /** A watch omits a revision without bookkeeping: a foreign write. */
  WATCH_LOSES_FOREIGN(0.1),
  /** A watch omits a revision with bookkeeping other than a commit record. */
  WATCH_LOSES_BOOKKEEPING(0.1),
  /** A watch stays open and delivers nothing any more. */
  WATCH_MUTE(0.003),
  /** A watch is not accepted in time. */
  WATCH_UNACCEPTED(0.1),
  /** A closed watch delivers revisions that were in flight. */
  WATCH_LATE(0.3),
  /** The store rejects writes of certain keys for their content. */
  CONTENT_REFUSED(1),
  /** The store is compacted. */
  COMPACTION(0.1),
  /** A lease ends before its time. */
  LEASE_ENDED(0.02),
  /** A node is paused, perhaps for longer than its lease. */
  PAUSE(0.03),
  /** A thread is paused in the middle of a read, perhaps for longer than the history is kept. */
  READER_STOPPED(0.01),
  /** A node's wall clock jumps. */
  CLOCK_JUMP(0.05),
  /** A node's wall clock is past the year 2200 for a while. */
  CLOCK_FAR(0.03),
  /** The application's executor refuses a task, with an exception or an error. */
  EXECUTOR_REFUSES(0.05),
  /** The application's executor blocks its caller. */
  EXECUTOR_BLOCKS(0.05),
  /** A node is cut off from the store for a while. */
  PARTITION(0.03),
  /** The store is unreachable for a while. */
  OUTAGE(0.01),
  /** The store has no space for puts for a while; some puts are applied all the same. */
  SPACE_ALARM(0.01),
  /** A node crashes and is restarted. */
  CRASH(0.01),
  /** A node is closed under load and reopened. */
  REOPENING(0.02),
  /** A foreign program writes. */
  FOREIGN_WRITE(0.1),
  /** A foreign program deletes. */
  FOREIGN_DELETE(0.1),
  /** A foreign program writes with a lease that ends. */
  FOREIGN_LEASE(0.05),
  /** The prefix was copied from another cluster, with the bookkeeping of its sessions. */
  COPIED_PREFIX(1),
  /** A node is cut off from the store for a long time: see {@link Isolation}. */
  LASTING_CUT(1),
  /** A node gets no watch for a long time, while its requests are answered. */
  LASTING_WATCH_LOSS(1),
  /** A node crashes while it holds the exclusive commit lock, and stays down for a long time. */
  LASTING_DEATH_OF_HOLDER(1),
  /** A node that holds the exclusive commit lock is cut off for a long time. */
  LASTING_CUT_OF_HOLDER(1),
  /** A node that holds the exclusive commit lock gets no watch for a long time. */
  LASTING_WATCH_LOSS_OF_HOLDER(1),
  /** The store is restored from a backup. */
  RESTORATION(0.01),
  /** The store is restored from a backup, with revisions bumped above all that were assigned. */
  RESTORATION_BUMPED(0.01);

  private final double usual;

  Fault(double usual) {
    this.usual = usual;
  }

  /** Returns the usual probability; 1 means every time in each run that has the fault. */
  double usual() {
    return usual;
  }
}
