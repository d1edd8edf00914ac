package io.petacore.it.chaos;

import io.petacore.StorageCounters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run.
 *
 * @param options the options of the run
 * @param etcdVersion version of the servers
 * @param timeline faults and latencies over time
 * @param nanos duration
 * @param committed transactions reported as committed
 * @param notApplied transactions reported as not applied
 * @param unknown transactions of unknown outcome
 * @param snapshots number of snapshots checked during chaos
 * @param recorded number of transactions checked by the history checker
 * @param checks number of checks at quiescence
 * @param counters counters of all storages of all nodes
 * @param failure the failed check; null if all passed
 */
record RunResult(
    Options options,
    String etcdVersion,
    Timeline timeline,
    long nanos,
    long committed,
    long notApplied,
    long unknown,
    long snapshots,
    long recorded,
    int checks,
    List<StorageCounters> counters,
    @Nullable Throwable failure) {

  RunResult {
    counters = List.copyOf(counters);
  }
}
