package io.petacore.bench.peers.adapter;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.KeyValue;
import com.ibm.etcd.client.EtcdClient;
import com.ibm.etcd.client.kv.KvClient;
import com.ibm.etcd.client.utils.RangeCache;
import io.petacore.bench.peers.PeerDescription;
import io.petacore.bench.peers.Peer;
import io.petacore.bench.peers.Servers;
import java.net.InetSocketAddress;

/** A cache of an etcd key range in this process. */
public final class RangeCachePeer implements Peer {
  private static final int PUTS = 100;
  private static final int LARGEST_ANSWER = 64 << 20; // it loads the range in one response
  private static final ByteString PREFIX = ByteString.copyFromUtf8("range-cache/");

  private ByteString[] keys = {};
  private EtcdClient client;
  private RangeCache cache;

  @Override
  public PeerDescription description() {
    return new PeerDescription("etcd-java RangeCache", "etcd on loopback").durable().replicated();
  }

  @Override
  public String server() {
    return Servers.ETCD;
  }

  @Override
  public void open(String[] names, byte[][] values) throws Exception {
    InetSocketAddress address = Servers.address(Servers.ETCD);
    client =
        EtcdClient.forEndpoint(address.getHostString(), address.getPort())
            .withPlainText()
            .withMaxInboundMessageSize(LARGEST_ANSWER)
            .build();
    keys = new ByteString[names.length];
    KvClient.FluentTxnOps<?> puts = client.getKvClient().batch();
    for (int i = 0; i < names.length; i++) {
      keys[i] = PREFIX.concat(ByteString.copyFromUtf8(names[i]));
      // Flat, like decoded keys, and with a cached hash.
      keys[i] = ByteString.copyFrom(keys[i].toByteArray());
      keys[i].hashCode();
      puts.put(client.getKvClient().put(keys[i], ByteString.copyFrom(values[i])).asRequest());
      if (i % PUTS == PUTS - 1 || i == names.length - 1) {
        puts.sync();
        puts = client.getKvClient().batch();
      }
    }
    cache = new RangeCache(client, PREFIX, false);
    cache.start().get();
  }

  @Override
  public Object read(int key) {
    KeyValue found = cache.get(keys[key]);
    return found == null ? null : found.getValue();
  }

  @Override
  public void write(int key, byte[] value) {
    cache.put(keys[key], ByteString.copyFrom(value));
  }

  @Override
  public void close() throws Exception {
    cache.close();
    client.getKvClient().delete(PREFIX).asPrefix().sync();
    client.close();
  }
}
