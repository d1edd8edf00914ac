package io.petacore.bench.peers.adapter;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.petacore.bench.peers.PeerDescription;
import io.petacore.bench.peers.Peer;

/** A partitioned map; with a single member every key is local. */
public final class DistributedMapPeer implements Peer {
  private HazelcastInstance member;
  private IMap<String, byte[]> map;
  private String[] keys = {};

  @Override
  public PeerDescription description() {
    return new PeerDescription("Hazelcast IMap", "a single member, in this process").replicated();
  }

  @Override
  public void open(String[] names, byte[][] values) {
    member = Member.start();
    map = member.getMap("items");
    keys = names;
    for (int i = 0; i < names.length; i++) {
      map.set(names[i], values[i]);
    }
  }

  @Override
  public Object read(int key) {
    return map.get(keys[key]);
  }

  @Override
  public void write(int key, byte[] value) {
    map.set(keys[key], value);
  }

  @Override
  public void close() {
    member.shutdown();
  }
}
