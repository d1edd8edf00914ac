package io.petacore.simulation;

/**
 * What goes wrong, and how often where it does: per request, per delivery of a watch, or per look
 * of the {@link Nemesis}, which there are about ten of a second.
 */
enum Fault {
  /** A request never arrives, and its sender hears nothing. */
  REQUEST_LOST(0.02),
  /** A request is carried out, and its sender hears nothing, or that the connection broke. */
  ANSWER_LOST(0.03),
  /** A request arrives long after its sender has given up on it. */
  REQUEST_LATE(0.03),
  /** A request or its answer takes its time. */
  REQUEST_SLOW(0.1),
  /** A request is known not to have been taken. */
  REQUEST_REFUSED(0.02),
  /** The transport sends a request twice; what changes something is carried out once. */
  REQUEST_DOUBLED(0.05),
  /** A watch ends. */
  WATCH_BROKEN(0.01),
  /** A watch says nothing any more, and ends much later. */
  WATCH_SILENT(0.005),
  /** A watch lags behind. */
  WATCH_SLOW(0.1),
  /** A watch leaves a revision out. */
  WATCH_LOSES(0.01),
  /** A watch leaves out a revision that writes no bookkeeping: a foreign write. */
  WATCH_LOSES_FOREIGN(0.1),
  /** A watch leaves out a revision that writes no commit record, but other bookkeeping. */
  WATCH_LOSES_BOOKKEEPING(0.1),
  /** A watch stays open and never delivers anything again. */
  WATCH_MUTE(0.003),
  /** A watch is not accepted in time. */
  WATCH_UNACCEPTED(0.1),
  /** A watch that was closed delivers what was under way. */
  WATCH_LATE(0.3),
  /** Whatever writes certain keys the store refuses for its content. */
  CONTENT_REFUSED(1),
  /** The store forgets its past. */
  COMPACTION(0.1),
  /** A lease ends before its time. */
  LEASE_ENDED(0.02),
  /** A node stops for a while, perhaps for longer than its lease. */
  PAUSE(0.03),
  /** A thread stops in the midst of a read, perhaps for longer than history is kept. */
  READER_STOPPED(0.01),
  /** A node's wall clock jumps. */
  CLOCK_JUMP(0.05),
  /** A node's wall clock is past the year 2200 for a while. */
  CLOCK_FAR(0.03),
  /** The application's executor refuses a task, with an exception or an error. */
  EXECUTOR_REFUSES(0.05),
  /** The application's executor blocks its caller. */
  EXECUTOR_BLOCKS(0.05),
  /** A node can't reach the store for a while. */
  PARTITION(0.03),
  /** Nobody can reach the store for a while. */
  OUTAGE(0.01),
  /** The store takes no puts for a while; some were carried out all the same. */
  SPACE_ALARM(0.01),
  /** A node dies and is started again. */
  CRASH(0.01),
  /** A node is closed under load and opened again. */
  REOPENING(0.02),
  /** A program that knows nothing of PetaCore writes. */
  FOREIGN_WRITE(0.1),
  /** Such a program deletes. */
  FOREIGN_DELETE(0.1),
  /** Such a program writes with a lease, which ends. */
  FOREIGN_LEASE(0.05),
  /** The prefix was copied from elsewhere: it has bookkeeping of sessions that never were here. */
  COPIED_PREFIX(1),
  /** A node can't reach the store, for a long time: see {@link Isolation}. */
  LASTING_CUT(1),
  /** A node's requests are answered, and it gets no watch, for a long time. */
  LASTING_WATCH_LOSS(1),
  /** A node dies while it holds the exclusive commit lock, for a long time. */
  LASTING_DEATH_OF_HOLDER(1),
  /** A node that holds the exclusive commit lock is cut off for a long time. */
  LASTING_CUT_OF_HOLDER(1),
  /** A node that holds the exclusive commit lock gets no watch for a long time. */
  LASTING_WATCH_LOSS_OF_HOLDER(1),
  /** The store is set back to a backup. */
  RESTORATION(0.01),
  /** The same, and its revisions go on far above all that were given out. */
  RESTORATION_BUMPED(0.01);

  private final double usual;

  Fault(double usual) {
    this.usual = usual;
  }

  /** The usual probability; one that is 1 is so in each run that has the fault. */
  double usual() {
    return usual;
  }
}
