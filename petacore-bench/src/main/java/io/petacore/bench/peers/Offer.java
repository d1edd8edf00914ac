package io.petacore.bench.peers;

/**
 * What a peer is, and what it offers in the way in which it is measured.
 *
 * @param name its name
 * @param place where it runs, and in which form
 * @param isSnapshot whether several keys can be read at one moment
 * @param isDurable whether a write that was answered outlives the process
 * @param isReplicated whether others have a write that was answered
 */
public record Offer(
    String name, String place, boolean isSnapshot, boolean isDurable, boolean isReplicated) {

  /** Offers nothing of these yet. */
  public Offer(String name, String place) {
    this(name, place, false, false, false);
  }

  /** Several keys can be read at one moment. */
  public Offer snapshots() {
    return new Offer(name, place, true, isDurable, isReplicated);
  }

  /** A write that was answered outlives the process. */
  public Offer durable() {
    return new Offer(name, place, isSnapshot, true, isReplicated);
  }

  /** Others have a write that was answered. */
  public Offer replicated() {
    return new Offer(name, place, isSnapshot, isDurable, true);
  }
}
