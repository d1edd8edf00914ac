package io.petacore.it.fault;

/**
 * Something that is done to the parts of a test, lasts, and is undone. Drawn from a seed first and
 * done later, so that what happens between does not change what is drawn.
 *
 * @param kind what it is called
 * @param victim for people: who is hurt
 * @param course does it, lets it last, and undoes it
 */
public record Fault(String kind, String victim, Course course) {

  /** What happens from the beginning of a fault to its end. */
  @FunctionalInterface
  public interface Course {
    /** All is well again when it returns, or throws. */
    void run(Lasting lasting);
  }

  @Override
  public String toString() {
    return kind + " of " + victim;
  }
}
