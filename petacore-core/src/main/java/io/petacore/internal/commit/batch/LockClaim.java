package io.petacore.internal.commit.batch;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A claim of a transaction to the exclusive commit lock for one run of its body: from the request
 * until the run has its outcome, other nodes send nothing, and this node sends nothing else.
 */
public final class LockClaim {

  private final CompletableFuture<@Nullable Void> acquired = new CompletableFuture<>();
  private boolean begun; // guarded by the pipeline's lock

  /**
   * Completes when the lock is held, and what was committed before is applied here; or when the
   * claim has ended without. Dependents must not block.
   */
  public CompletableFuture<@Nullable Void> acquired() {
    return acquired;
  }

  /** The lock is held: the run begins. */
  public void begin() {
    begun = true;
  }

  /** Whether the lock was held for it. */
  public boolean isBegun() {
    return begun;
  }
}
