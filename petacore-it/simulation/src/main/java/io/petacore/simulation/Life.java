package io.petacore.simulation;

/**
 * One life of a node's process. What happens to it is put off while it is stopped, and never
 * happens once it is dead.
 */
final class Life {
  private final String name;
  private boolean dead;
  private long stoppedUntil;

  Life(String name) {
    this.name = name;
  }

  boolean isDead() {
    return dead;
  }

  void end() {
    dead = true;
  }

  /** The moment until which nothing happens to it. */
  long stoppedUntil() {
    return stoppedUntil;
  }

  void stopUntil(long moment) {
    stoppedUntil = Math.max(stoppedUntil, moment);
  }

  @Override
  public String toString() {
    return name;
  }
}
