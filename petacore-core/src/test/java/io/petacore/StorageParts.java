package io.petacore;

import io.petacore.internal.commit.CommitPipeline;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import java.util.concurrent.CompletableFuture;

/** What a simulation has to do with the inside of a storage. */
public final class StorageParts {
  private StorageParts() {}

  /** Has a storage run on a scheduler of the simulation's. */
  public static void schedule(StorageBuilder builder, Scheduler scheduler) {
    builder.schedulers = name -> scheduler;
  }

  /** Has a storage keep its entries in a cache of the simulation's. */
  public static void cache(StorageBuilder builder, MvccCache.Maker maker) {
    builder.caches = maker;
  }

  /** Done by the writer of the cache, when a revision has just been published. */
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
