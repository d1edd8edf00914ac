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

/** One at a time has its turn in the queue of a hot key, and nobody there is forgotten. */
public final class QueuesOfHotKeys {

  private static final Bytes KEY = Bytes.utf8("k");

  private QueuesOfHotKeys() {}

  /** Time stands still: nobody is passed. */
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

  private static int turns(HotKeys.Place... places) {
    int turns = 0;
    for (HotKeys.Place place : places) {
      turns += place.turn().isDone() ? 1 : 0;
    }
    return turns;
  }

  /** Two join at a time. */
  @JCStressTest
  @State
  @Outcome(id = "1, 2, 1", expect = Expect.ACCEPTABLE, desc = "one after the other")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both at a time, or one is forgotten")
  public static class JoinedByBoth {
    private final HotKeys hotKeys = new HotKeys(new NoTime());
    private HotKeys.@Nullable Place first;
    private HotKeys.@Nullable Place second;

    /** One transaction. */
    @Actor
    public void one() {
      first = hotKeys.join(KEY);
    }

    /** Another transaction. */
    @Actor
    public void other() {
      second = hotKeys.join(KEY);
    }

    /** The turns at first, when the head has left, and whether the queue is gone in the end. */
    @Arbiter
    public void end(III_Result result) {
      HotKeys.Place one = Objects.requireNonNull(first);
      HotKeys.Place other = Objects.requireNonNull(second);
      result.r1 = turns(one, other);
      boolean firstIsHead = one.turn().isDone();
      (firstIsHead ? one : other).leave();
      result.r2 = turns(one, other);
      (firstIsHead ? other : one).leave();
      result.r3 = hotKeys.areNone() ? 1 : 0;
    }
  }

  /** The last one leaves while another joins. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the other has its turn")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the other is forgotten")
  public static class LeftAndJoined {
    private final HotKeys hotKeys = new HotKeys(new NoTime());
    private final HotKeys.Place first = hotKeys.join(KEY);
    private HotKeys.@Nullable Place second;

    /** The one that has its turn. */
    @Actor
    public void leave() {
      first.leave();
    }

    /** Another transaction. */
    @Actor
    public void join() {
      second = hotKeys.join(KEY);
    }

    /** The turn of the other, and whether the queue is there, and in the end gone. */
    @Arbiter
    public void end(III_Result result) {
      HotKeys.Place other = Objects.requireNonNull(second);
      result.r1 = turns(other);
      result.r2 = hotKeys.areNone() ? 1 : 0;
      other.leave();
      result.r3 = hotKeys.areNone() ? 1 : 0;
    }
  }
}
