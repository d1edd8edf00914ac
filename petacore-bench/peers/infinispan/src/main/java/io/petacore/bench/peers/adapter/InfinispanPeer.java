package io.petacore.bench.peers.adapter;

import io.petacore.bench.peers.PeerDescription;
import io.petacore.bench.peers.Peer;
import org.infinispan.Cache;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.manager.DefaultCacheManager;

/** A local cache, the fastest mode for reads. */
public final class InfinispanPeer implements Peer {
  private DefaultCacheManager manager;
  private Cache<String, byte[]> cache;
  private String[] keys = {};

  @Override
  public PeerDescription description() {
    return new PeerDescription("Infinispan", "a local cache, in this process");
  }

  @Override
  public void open(String[] names, byte[][] values) {
    manager = new DefaultCacheManager();
    cache = manager.createCache("items", new ConfigurationBuilder().build());
    keys = names;
    for (int i = 0; i < names.length; i++) {
      cache.put(names[i], values[i]);
    }
  }

  @Override
  public Object read(int key) {
    return cache.get(keys[key]);
  }

  @Override
  public void write(int key, byte[] value) {
    cache.put(keys[key], value);
  }

  @Override
  public void close() throws Exception {
    manager.close();
  }
}
