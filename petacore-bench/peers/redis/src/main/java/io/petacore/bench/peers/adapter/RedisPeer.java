package io.petacore.bench.peers.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.petacore.bench.peers.PeerDescription;
import io.petacore.bench.peers.Peer;
import io.petacore.bench.peers.Servers;
import java.net.InetSocketAddress;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** A server on the loopback interface; every write is synced to disk before it is acknowledged. */
public final class RedisPeer implements Peer {
  private Jedis redis;
  private byte[][] keys = {};

  @Override
  public PeerDescription description() {
    return new PeerDescription("Redis", "a server on loopback").snapshots().durable();
  }

  @Override
  public String server() {
    return Servers.REDIS;
  }

  @Override
  public void open(String[] names, byte[][] values) {
    InetSocketAddress address = Servers.address(Servers.REDIS);
    redis = new Jedis(address.getHostString(), address.getPort());
    redis.flushAll();
    keys = new byte[names.length][];
    try (Pipeline pipeline = redis.pipelined()) {
      for (int i = 0; i < names.length; i++) {
        keys[i] = names[i].getBytes(UTF_8);
        pipeline.set(keys[i], values[i]);
      }
    }
  }

  @Override
  public Object read(int key) {
    return redis.get(keys[key]);
  }

  /** Reads with one command, which is atomic. */
  @Override
  public void readSnapshot(int[] wanted, Object[] found) {
    byte[][] names = new byte[wanted.length][];
    for (int i = 0; i < wanted.length; i++) {
      names[i] = keys[wanted[i]];
    }
    List<byte[]> values = redis.mget(names);
    values.toArray(found);
  }

  @Override
  public void write(int key, byte[] value) {
    redis.set(keys[key], value);
  }

  @Override
  public void close() {
    redis.flushAll();
    redis.close();
  }
}
