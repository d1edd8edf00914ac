package io.petacore.internal.commit;

import java.util.function.Consumer;

/** What must hold inside of a pipeline that has come to rest. */
public final class PipelineInvariants {
  private PipelineInvariants() {}

  /** Tells of each invariant that is broken. */
  public static void check(CommitPipeline pipeline, int places, Consumer<String> broken) {
    if (!pipeline.isIdle()) {
      broken.accept("commits are left over in the pipeline");
    }
    if (pipeline.freePlaces() != places) {
      broken.accept("places are free in the pipeline: " + pipeline.freePlaces() + " of " + places);
    }
  }
}
