package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** The queue of a hot key admits one ticket at a time, and forgets none. */
public final class QueuesOfHotKeys {

  private static final Bytes KEY = Bytes.utf8("k");

  private QueuesOfHotKeys() {}

  /** Time stands still: no ticket is passed over. */
  private static final class NoTime implements Scheduler {
    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void execute(Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
      return () -> {};
    }

    @Override
    public void shutdown() {}

    @Override
    public boolean awaitTermination(Duration bound) {
      return true;
    }
  }

  private static int countReady(HotKeyQueues.Ticket... tickets) {
    int ready = 0;
    for (HotKeyQueues.Ticket ticket : tickets) {
      ready += ticket.ready().isDone() ? 1 : 0;
    }
    return ready;
  }

  /** Two tickets join at the same time. */
  @JCStressTest
  @State
  @Outcome(id = "1, 2, 1", expect = Expect.ACCEPTABLE, desc = "one after the other")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both are ready at once, or one never is")
  public static class JoinedByBoth {
    private final HotKeyQueues queues = new HotKeyQueues(new NoTime());
    private HotKeyQueues.@Nullable Ticket first;
    private HotKeyQueues.@Nullable Ticket second;

    /** One transaction. */
    @Actor
    public void one() {
      first = queues.join(KEY);
    }

    /** Another transaction. */
    @Actor
    public void other() {
      second = queues.join(KEY);
    }

    /** How many are ready at first and when the head has left; whether the queue is gone then. */
    @Arbiter
    public void end(III_Result result) {
      HotKeyQueues.Ticket one = Objects.requireNonNull(first);
      HotKeyQueues.Ticket other = Objects.requireNonNull(second);
      result.r1 = countReady(one, other);
      boolean firstIsHead = one.ready().isDone();
      (firstIsHead ? one : other).leave();
      result.r2 = countReady(one, other);
      (firstIsHead ? other : one).leave();
      result.r3 = queues.areNone() ? 1 : 0;
    }
  }

  /** The last ticket leaves while another joins. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the other is ready")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the other never is")
  public static class LeftAndJoined {
    private final HotKeyQueues queues = new HotKeyQueues(new NoTime());
    private final HotKeyQueues.Ticket first = queues.join(KEY);
    private HotKeyQueues.@Nullable Ticket second;

    /** The one that is ready. */
    @Actor
    public void leave() {
      first.leave();
    }

    /** Another transaction. */
    @Actor
    public void join() {
      second = queues.join(KEY);
    }

    /** Whether the other is ready, and whether the queue exists and is gone in the end. */
    @Arbiter
    public void end(III_Result result) {
      HotKeyQueues.Ticket other = Objects.requireNonNull(second);
      result.r1 = countReady(other);
      result.r2 = queues.areNone() ? 1 : 0;
      other.leave();
      result.r3 = queues.areNone() ? 1 : 0;
    }
  }
}
