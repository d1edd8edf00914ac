package io.petacore.bench.peers;

/**
 * A peer with its class name.
 *
 * @param name the simple name of its class
 * @param peer an instance that is not opened
 */
record NamedPeer(String name, Peer peer) {}
