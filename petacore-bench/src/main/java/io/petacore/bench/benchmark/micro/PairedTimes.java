package io.petacore.bench.benchmark.micro;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Total times of two workloads that alternate in one process, in slices of some milliseconds. Both
 * then see the same load of the machine and the same memory layout, whose differences between
 * processes exceed the difference to measure.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class PairedTimes {

  /** Time of the reference workload, in nanoseconds. */
  public long reference;

  /** Time of PetaCore's workload, in nanoseconds. */
  public long own;

  /** Number of operations of each workload. */
  public long operations;

  /** Runs a slice of the reference workload. */
  public void reference(Runnable work) {
    reference += nanosOf(work);
  }

  /**
   * Runs a slice of PetaCore's workload.
   *
   * @param count number of operations of the slice
   */
  public void own(int count, Runnable work) {
    own += nanosOf(work);
    operations += count;
  }

  private static long nanosOf(Runnable work) {
    long from = System.nanoTime();
    work.run();
    return System.nanoTime() - from;
  }
}
