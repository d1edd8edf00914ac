package io.petacore.internal.commit;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.store.KvStore;

/**
 * What the pipeline works on.
 *
 * @param store the store
 * @param namespace the namespace in it
 * @param cache the cache that the writes are checked against
 * @param clock makes the timestamps
 * @param scheduler runs timers
 * @param monitor receives the ends of batches and sessions
 */
public record PipelineEnvironment(
    KvStore store,
    Namespace namespace,
    MvccCache cache,
    HybridLogicalClock clock,
    Scheduler scheduler,
    Monitor monitor) {}
