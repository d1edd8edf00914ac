package io.petacore.bench.benchmark.micro;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Two kinds of work in one process, in turns of some milliseconds, and how long each took in all.
 * What else goes on on the machine then meets both alike; processes one after another differ by
 * more than what is to be measured, and so do two that happen to lie otherwise in memory.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Turns {

  /** Nanoseconds of the work that stands beside. */
  public long reference;

  /** Nanoseconds of PetaCore's work. */
  public long own;

  /** How many operations each has done. */
  public long operations;

  /** Does the work that stands beside. */
  public void reference(Runnable work) {
    reference += nanosOf(work);
  }

  /** Does PetaCore's work, of so many operations. */
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
