package io.petacore.bench.peers;

/** The workloads. */
enum PeerWorkload {
  /** Reads one key. */
  READ("one read", "read", "#1f77b4") {
    @Override
    boolean isSupportedBy(Peer peer) {
      return true;
    }
  },

  /** Reads ten keys in one snapshot. */
  TEN("ten reads in one snapshot", "readTen", "#c8873a") {
    @Override
    boolean isSupportedBy(Peer peer) {
      return peer.description().isSnapshot();
    }
  },

  /** Scans a hundred keys. */
  SCAN("scan of 100 keys", "scan", "#3e8e7e") {
    @Override
    boolean isSupportedBy(Peer peer) {
      return peer.isOrdered();
    }
  },

  /** Writes one key. */
  WRITE("one write", "write", "#8a4f9e") {
    @Override
    boolean isSupportedBy(Peer peer) {
      return true;
    }
  };

  private final String title;
  private final String method;
  private final String colour;

  PeerWorkload(String title, String method, String colour) {
    this.title = title;
    this.method = method;
    this.colour = colour;
  }

  abstract boolean isSupportedBy(Peer peer);

  String title() {
    return title;
  }

  /** The name of the method of {@link PeerBenchmark}. */
  String method() {
    return method;
  }

  /** The colour in the chart. */
  String colour() {
    return colour;
  }
}
