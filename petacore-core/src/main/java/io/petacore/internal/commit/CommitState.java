package io.petacore.internal.commit;

import io.petacore.internal.time.Scheduler;
import java.util.function.Consumer;

/**
 * What the parts of the pipeline share: who waits, what is on its way, how far this node has come,
 * and the steps in which all that changes.
 */
final class CommitState {

  final Steps steps;
  final Admission admission;
  final CommitCounters counters = new CommitCounters();
  final WaitingLine waiting = new WaitingLine();
  final InFlight inFlight = new InFlight();
  final Position position;
  final Turn turn = new Turn();
  final LiveSessions sessions = new LiveSessions();
  final Pause pause;
  final Outcomes outcomes;

  /**
   * @param maxPending how many transactions may be in the pipeline at a time
   * @param goOn what ends every step
   */
  CommitState(Scheduler scheduler, int maxPending, Consumer<Effects> goOn) {
    steps = new Steps(goOn);
    admission = new Admission(maxPending);
    position = new Position(scheduler::nanoTime);
    pause = new Pause(scheduler, steps);
    outcomes = new Outcomes(admission, position, counters);
  }
}
