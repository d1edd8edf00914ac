package io.petacore.bench.peers;

/** What every peer does, as far as it can. */
enum PeerWork {
  /** One key. */
  READ("one read", "read", "#1f77b4") {
    @Override
    boolean isFor(Peer peer) {
      return true;
    }
  },

  /** Ten keys at one moment. */
  TEN("ten reads of one snapshot", "readTen", "#c8873a") {
    @Override
    boolean isFor(Peer peer) {
      return peer.offer().isSnapshot();
    }
  },

  /** A hundred keys in order. */
  SCAN("scan of 100 keys", "scan", "#3e8e7e") {
    @Override
    boolean isFor(Peer peer) {
      return peer.isOrdered();
    }
  },

  /** One key is written. */
  WRITE("one write", "write", "#8a4f9e") {
    @Override
    boolean isFor(Peer peer) {
      return true;
    }
  };

  private final String title;
  private final String method;
  private final String colour;

  PeerWork(String title, String method, String colour) {
    this.title = title;
    this.method = method;
    this.colour = colour;
  }

  abstract boolean isFor(Peer peer);

  String title() {
    return title;
  }

  /** The method of {@link PeerBenchmark}. */
  String method() {
    return method;
  }

  /** In the picture. */
  String colour() {
    return colour;
  }
}
