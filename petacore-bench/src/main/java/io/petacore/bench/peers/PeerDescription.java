package io.petacore.bench.peers;

/**
 * A peer and its guarantees, as configured for the benchmark.
 *
 * @param name its name
 * @param location where its data is
 * @param isSnapshot whether several keys can be read in one snapshot
 * @param isDurable whether an acknowledged write survives a crash of the process
 * @param isReplicated whether an acknowledged write is replicated
 */
public record PeerDescription(
    String name, String location, boolean isSnapshot, boolean isDurable, boolean isReplicated) {

  /** Creates a description without guarantees. */
  public PeerDescription(String name, String location) {
    this(name, location, false, false, false);
  }

  /** Returns a copy of this with snapshots. */
  public PeerDescription snapshots() {
    return new PeerDescription(name, location, true, isDurable, isReplicated);
  }

  /** Returns a copy of this with durable writes. */
  public PeerDescription durable() {
    return new PeerDescription(name, location, isSnapshot, true, isReplicated);
  }

  /** Returns a copy of this with replicated writes. */
  public PeerDescription replicated() {
    return new PeerDescription(name, location, isSnapshot, isDurable, true);
  }
}
