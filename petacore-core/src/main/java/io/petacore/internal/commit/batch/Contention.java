package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction has lost to other commits, over all its runs; and the exclusive commit lock,
 * which it takes if it has lost too often. Safe for use by many threads.
 */
public final class Contention {

  private final AtomicInteger failures = new AtomicInteger();
  private volatile boolean whole;
  private volatile @Nullable Bytes lostTo;
  private volatile @Nullable LockClaim claim;

  /** A request that carried it alone was refused because of another commit. */
  void refused() {
    failures.incrementAndGet();
    whole = true;
  }

  /** A run has ended in a conflict. */
  public void lost(Bytes key) {
    failures.incrementAndGet();
    lostTo = key;
  }

  /** What it reads is guarded as a whole. */
  public void goesWhole() {
    whole = true;
  }

  /** Whether any other commit makes it fail, as it is sent alone. */
  public boolean isWhole() {
    return whole;
  }

  /** The last run has not ended in a conflict. */
  public void notLost() {
    lostTo = null;
  }

  /** How often other commits went first. */
  public int failures() {
    return failures.get();
  }

  /** The key on which the last run conflicted; null if it did not, or if this is the first. */
  public @Nullable Bytes lostTo() {
    return lostTo;
  }

  /** The claim to the lock for the present run; null if there is none. */
  public @Nullable LockClaim claim() {
    return claim;
  }

  /** Sets the claim for the next run, and begins to count anew. */
  public void claims(@Nullable LockClaim next) {
    claim = next;
    failures.set(0);
  }
}
