package io.petacore;

import io.petacore.internal.commit.CommitPipeline;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import java.util.concurrent.CompletableFuture;

/** Gives the simulation access to the parts of a storage. */
public final class StorageParts {
  private StorageParts() {}

  /** Sets the scheduler of a storage. */
  public static void schedule(StorageBuilder builder, Scheduler scheduler) {
    builder.settings.schedulers = name -> scheduler;
  }

  /** Sets the factory of the cache of a storage. */
  public static void cache(StorageBuilder builder, MvccCache.Maker maker) {
    builder.settings.caches = maker;
  }

  /** Returns a future that the writer of the cache completes when a revision has been published. */
  public static CompletableFuture<AppliedState> whenApplied(
      DistributedStorage storage, long revision) {
    return storage.engine.whenApplied(revision);
  }

  public static MvccCache cache(DistributedStorage storage) {
    return storage.engine.cache();
  }

  public static CommitPipeline pipeline(DistributedStorage storage) {
    return storage.engine.pipeline();
  }
}
