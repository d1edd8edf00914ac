package io.petacore.internal.commit;

import java.util.function.Consumer;

/** Invariants of a pipeline that has come to rest. */
public final class PipelineInvariants {
  private PipelineInvariants() {}

  /** Reports each invariant that is broken. */
  public static void check(CommitPipeline pipeline, int permits, Consumer<String> broken) {
    if (!pipeline.isIdle()) {
      broken.accept("commits are left in the pipeline");
    }
    if (pipeline.availablePermits() != permits) {
      broken.accept(
          "permits are available in the pipeline: "
              + pipeline.availablePermits()
              + " of "
              + permits);
    }
  }
}
