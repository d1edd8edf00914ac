package io.petacore.bench.peers.adapter;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.replicatedmap.ReplicatedMap;
import io.petacore.bench.peers.PeerDescription;
import io.petacore.bench.peers.Peer;

/** A map that is replicated to every member. */
public final class ReplicatedMapPeer implements Peer {
  private HazelcastInstance member;
  private ReplicatedMap<String, byte[]> map;
  private String[] keys = {};

  @Override
  public PeerDescription description() {
    return new PeerDescription("Hazelcast ReplicatedMap", "a single member, in this process").replicated();
  }

  @Override
  public void open(String[] names, byte[][] values) {
    member = Member.start();
    map = member.getReplicatedMap("items");
    keys = names;
    for (int i = 0; i < names.length; i++) {
      map.put(names[i], values[i]);
    }
  }

  @Override
  public Object read(int key) {
    return map.get(keys[key]);
  }

  @Override
  public void write(int key, byte[] value) {
    map.put(keys[key], value);
  }

  @Override
  public void close() {
    member.shutdown();
  }
}
