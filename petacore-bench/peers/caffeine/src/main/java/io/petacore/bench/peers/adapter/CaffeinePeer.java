package io.petacore.bench.peers.adapter;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.petacore.bench.peers.PeerDescription;
import io.petacore.bench.peers.Peer;

/** An unbounded cache in this process. */
public final class CaffeinePeer implements Peer {
  private final Cache<String, byte[]> cache = Caffeine.newBuilder().build();
  private String[] keys = {};

  @Override
  public PeerDescription description() {
    return new PeerDescription("Caffeine", "a cache, in this process");
  }

  @Override
  public void open(String[] names, byte[][] values) {
    keys = names;
    for (int i = 0; i < names.length; i++) {
      cache.put(names[i], values[i]);
    }
  }

  @Override
  public Object read(int key) {
    return cache.getIfPresent(keys[key]);
  }

  @Override
  public void write(int key, byte[] value) {
    cache.put(keys[key], value);
  }

  @Override
  public void close() {
    cache.invalidateAll();
  }
}
