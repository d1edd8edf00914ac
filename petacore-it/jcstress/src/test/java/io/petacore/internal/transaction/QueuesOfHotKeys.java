package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.Contention;
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
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

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

  private static HotKeyQueues queues() {
    return new HotKeyQueues(
        new NoTime(),
        () -> {
          throw new UnsupportedOperationException();
        },
        request -> {
          throw new UnsupportedOperationException();
        });
  }

  private static int countReady(Ticket... tickets) {
    int ready = 0;
    for (Ticket ticket : tickets) {
      ready += ticket.admitted().isDone() ? 1 : 0;
    }
    return ready;
  }

  /** Two tickets join at the same time. */
  @JCStressTest
  @State
  @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "one after the other")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both are ready at once, or one never is")
  public static class JoinedByBoth {
    private final HotKeyQueues queues = queues();
    private @Nullable Ticket first;
    private @Nullable Ticket second;

    /** One transaction. */
    @Actor
    public void one() {
      first = queues.join(KEY, false, false, new Contention(), () -> false);
    }

    /** Another transaction. */
    @Actor
    public void other() {
      second = queues.join(KEY, false, false, new Contention(), () -> false);
    }

    /** How many are ready at first, and when the head has left. */
    @Arbiter
    public void end(II_Result result) {
      Ticket one = Objects.requireNonNull(first);
      Ticket other = Objects.requireNonNull(second);
      result.r1 = countReady(one, other);
      boolean firstIsHead = one.admitted().isDone();
      (firstIsHead ? one : other).leave();
      result.r2 = countReady(one, other);
    }
  }

  /** The last ticket leaves while another joins. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the other is ready")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the other never is")
  public static class LeftAndJoined {
    private final HotKeyQueues queues = queues();
    private final Ticket first = queues.join(KEY, false, false, new Contention(), () -> false);
    private @Nullable Ticket second;

    /** The one that is ready. */
    @Actor
    public void leave() {
      first.leave();
    }

    /** Another transaction. */
    @Actor
    public void join() {
      second = queues.join(KEY, false, false, new Contention(), () -> false);
    }

    /** Whether the other is ready. */
    @Arbiter
    public void end(I_Result result) {
      result.r1 = countReady(Objects.requireNonNull(second));
    }
  }
}
