package io.petacore.bench.peers;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** PetaCore on etcd: the reference. */
@SuppressWarnings("NullAway.Init") // set by open()
final class PetaCorePeer implements Peer {
  private static final TransactionOptions SNAPSHOT =
      TransactionOptions.defaults().isolation(IsolationLevel.SNAPSHOT);
  private static final int WRITES = 1_000;

  private KvStore store;
  private DistributedStorage storage;
  private Bytes[] keys = {};

  @Override
  public PeerDescription description() {
    return new PeerDescription("PetaCore", "etcd on loopback").snapshots().durable().replicated();
  }

  @Override
  public String server() {
    return Servers.ETCD;
  }

  @Override
  public void open(String[] names, byte[][] values) {
    InetSocketAddress address = Servers.address(Servers.ETCD);
    store = EtcdKvStore.connect("http://" + address.getHostString() + ":" + address.getPort());
    String namespace =
        "petacore-peers-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    keys = new Bytes[names.length];
    for (int i = 0; i < names.length; i++) {
      keys[i] = Bytes.utf8(names[i]);
    }
    try (DistributedStorage loader = open(namespace)) {
      for (int from = 0; from < names.length; from += WRITES) {
        int first = from;
        loader.runTransaction(
            tx -> {
              for (int i = first; i < Math.min(first + WRITES, names.length); i++) {
                tx.write(keys[i], Bytes.of(values[i]));
              }
            });
      }
    }
    storage = open(namespace);
  }

  private DistributedStorage open(String namespace) {
    return DistributedStorage.builder(store).namespace(namespace + "/").open();
  }

  @Override
  public @Nullable Object read(int key) {
    return storage.read(keys[key]);
  }

  @Override
  public void readSnapshot(int[] wanted, @Nullable Object[] found) {
    storage.runTransaction(
        SNAPSHOT,
        tx -> {
          for (int i = 0; i < wanted.length; i++) {
            found[i] = tx.read(keys[wanted[i]]);
          }
        });
  }

  @Override
  public boolean isOrdered() {
    return true;
  }

  @Override
  public long scan(int from, int count) {
    KeyRange range = KeyRange.closedOpen(keys[from], keys[from + count]);
    return storage.callTransaction(
        SNAPSHOT,
        tx -> {
          long sum = 0;
          for (Entry entry : tx.scan(range)) {
            sum += entry.key().byteAt(0) + entry.value().byteAt(0);
          }
          return sum;
        });
  }

  @Override
  public void write(int key, byte[] value) {
    storage.runTransaction(SNAPSHOT, tx -> tx.write(keys[key], Bytes.of(value)));
  }

  @Override
  public void close() {
    storage.close();
    store.close();
  }
}
