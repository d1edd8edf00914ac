package io.petacore.internal.commit;

import io.petacore.internal.concurrent.Scheduler;
import java.util.function.Consumer;

/**
 * What the parts of the pipeline share: who waits, what is on its way, how far this node has come,
 * and the steps in which all that changes.
 */
final class CommitState {

  final CombiningLock steps;
  final CommitLimiter admission;
  final CommitCounters counters = new CommitCounters();
  final PendingQueue waiting = new PendingQueue();
  final InFlightBatches inFlight = new InFlightBatches();
  final ReplicaProgress position;
  final ExclusiveLockState turn = new ExclusiveLockState();
  final LiveSessions sessions = new LiveSessions();
  final Pause pause;
  final Outcomes outcomes;

  /**
   * @param maxPending how many transactions may be in the pipeline at a time
   * @param goOn what ends every step
   */
  CommitState(Scheduler scheduler, int maxPending, Consumer<DeferredActions> goOn) {
    steps = new CombiningLock(goOn);
    admission = new CommitLimiter(maxPending);
    position = new ReplicaProgress(scheduler::nanoTime);
    pause = new Pause(scheduler, steps);
    outcomes = new Outcomes(admission, position, counters);
  }
}
