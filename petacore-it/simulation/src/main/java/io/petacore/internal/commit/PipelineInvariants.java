package io.petacore.internal.commit;

import java.util.function.Consumer;

/** Checks the invariants of an idle pipeline. */
public final class PipelineInvariants {
  private PipelineInvariants() {}

  /** Reports each broken invariant. */
  public static void check(CommitPipeline pipeline, int permits, Consumer<String> broken) {
    if (!pipeline.isIdle()) {
      broken.accept("commits are left over in the pipeline");
    }
    if (pipeline.availablePermits() != permits) {
      broken.accept(
          "free permits of the pipeline: " + pipeline.availablePermits() + " of " + permits);
    }
  }
}
