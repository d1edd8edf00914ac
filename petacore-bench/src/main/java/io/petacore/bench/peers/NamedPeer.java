package io.petacore.bench.peers;

/**
 * A peer that takes part.
 *
 * @param name of its class
 * @param peer to be asked what it can; it is not opened
 */
record NamedPeer(String name, Peer peer) {}
