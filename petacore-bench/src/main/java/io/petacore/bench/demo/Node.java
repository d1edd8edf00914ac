package io.petacore.bench.demo;

import io.petacore.DistributedStorage;

/**
 * One node: a storage and the counters of its customers.
 *
 * @param name {@code node-1} and so on
 */
record Node(String name, DistributedStorage storage, Tally tally) {
  Node(String name, DistributedStorage storage) {
    this(name, storage, new Tally());
  }
}
