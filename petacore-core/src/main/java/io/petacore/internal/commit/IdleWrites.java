package io.petacore.internal.commit;

import io.petacore.internal.mvcc.AppliedState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writes the commit record when nothing was applied for a while, so that the applied revision of an
 * idle namespace keeps up with the cluster's. A watch is resumed after the applied revision; if
 * that was compacted meanwhile, because other programs write elsewhere in the cluster, everything
 * would have to be loaded again.
 *
 * <p>Every node that follows the store applies the write, so it counts for all of them. Each waits
 * for a time of its own, between one and one and a half intervals: of many nodes usually one
 * writes. Guarded by the pipeline's lock.
 */
final class IdleWrites {

  private static final Duration LONGEST_TICK = Duration.ofSeconds(5);

  private final CommitContext context;
  private final long intervalNanos;
  private @Nullable AppliedState last;
  private long due;

  /**
   * @param interval how long nothing must have been applied
   */
  IdleWrites(CommitContext context, Duration interval) {
    this.context = context;
    this.intervalNanos = interval.toNanos();
  }

  /** Starts to look at the applied state. */
  void start() {
    Duration eighth = Duration.ofNanos(Math.max(1_000_000, intervalNanos / 8));
    context.scheduler.repeat(
        eighth.compareTo(LONGEST_TICK) < 0 ? eighth : LONGEST_TICK,
        () -> {
          context.lock.run(this::check);
          return true;
        });
  }

  private void check() {
    AppliedState applied = context.cache.applied();
    if (!applied.equals(last)) {
      last = applied;
      waitAfter(applied.nanoTime());
    }
    if (context.scheduler.nanoTime() - due >= 0) {
      if (context.progress.isFollowing()) {
        context.barriers.requestIdleWrite();
      }
      waitAfter(context.scheduler.nanoTime());
    }
  }

  private void waitAfter(long time) {
    due = time + intervalNanos + context.scheduler.chance(intervalNanos / 2 + 1);
  }
}
