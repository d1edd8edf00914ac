package io.petacore.it.chaos;

import io.petacore.StorageCounters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a run.
 *
 * @param options what it was to be like
 * @param etcdVersion of the servers
 * @param timeline what happened when
 * @param nanos how long it took
 * @param committed transactions of which was told that they were committed
 * @param notApplied those of which was told that they were not applied
 * @param unknown those of which was told that nobody knows
 * @param looks how many snapshots were looked at during chaos
 * @param recorded how many transactions the checker of histories has seen
 * @param rests how often everything was checked
 * @param counters of all lives of all nodes
 * @param failure what was not as it must be; null if nothing
 */
record RunResult(
    Options options,
    String etcdVersion,
    Timeline timeline,
    long nanos,
    long committed,
    long notApplied,
    long unknown,
    long looks,
    long recorded,
    int rests,
    List<StorageCounters> counters,
    @Nullable Throwable failure) {

  RunResult {
    counters = List.copyOf(counters);
  }
}
