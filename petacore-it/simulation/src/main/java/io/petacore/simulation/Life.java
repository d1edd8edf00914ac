package io.petacore.simulation;

/**
 * One process of a node. Its events are delayed while it is paused, and dropped once it is dead.
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

  /** Returns the time until which its events are delayed. */
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
