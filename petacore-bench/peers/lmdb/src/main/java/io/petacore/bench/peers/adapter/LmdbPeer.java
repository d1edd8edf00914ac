package io.petacore.bench.peers.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.petacore.bench.peers.PeerDescription;
import io.petacore.bench.peers.Peer;
import io.petacore.bench.peers.ScratchDirectory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.KeyRange;
import org.lmdbjava.Txn;

/** A B+ tree in a memory-mapped file; every commit is synced to disk. */
public final class LmdbPeer implements Peer {
  private static final long MAP_BYTES = 256L << 20;

  private Path directory;
  private Env<ByteBuffer> env;
  private Dbi<ByteBuffer> items;
  private Txn<ByteBuffer> reader;
  private ByteBuffer[] keys = {};
  private ByteBuffer written;

  @Override
  public PeerDescription description() {
    return new PeerDescription("LMDB", "a mapped file, in this process").snapshots().durable();
  }

  @Override
  public void open(String[] names, byte[][] values) throws Exception {
    directory = ScratchDirectory.create();
    env = Env.create().setMapSize(MAP_BYTES).open(directory.toFile());
    items = env.openDbi((byte[]) null, DbiFlags.MDB_CREATE);
    keys = new ByteBuffer[names.length];
    written = ByteBuffer.allocateDirect(values[0].length);
    try (Txn<ByteBuffer> txn = env.txnWrite()) {
      for (int i = 0; i < names.length; i++) {
        byte[] name = names[i].getBytes(UTF_8);
        keys[i] = ByteBuffer.allocateDirect(name.length).put(name).flip();
        items.put(txn, keys[i], inFull(values[i]));
      }
      txn.commit();
    }
    reader = env.txnRead();
    reader.reset();
  }

  private ByteBuffer inFull(byte[] value) {
    return written.clear().put(value).flip();
  }

  @Override
  public Object read(int key) {
    reader.renew();
    byte[] value = copy(items.get(reader, keys[key]));
    reader.reset();
    return value;
  }

  @Override
  public void readSnapshot(int[] wanted, Object[] found) {
    reader.renew();
    for (int i = 0; i < wanted.length; i++) {
      found[i] = copy(items.get(reader, keys[wanted[i]]));
    }
    reader.reset();
  }

  @Override
  public boolean isOrdered() {
    return true;
  }

  @Override
  public long scan(int from, int count) {
    long sum = 0;
    reader.renew();
    try (CursorIterable<ByteBuffer> range =
        items.iterate(reader, KeyRange.closedOpen(keys[from], keys[from + count]))) {
      for (CursorIterable.KeyVal<ByteBuffer> entry : range) {
        sum += entry.key().get(0) + copy(entry.val())[0];
      }
    }
    reader.reset();
    return sum;
  }

  /** Copies a value out of the mapped file, where it may be overwritten after the transaction. */
  private static byte[] copy(ByteBuffer mapped) {
    byte[] value = new byte[mapped.remaining()];
    mapped.get(value);
    return value;
  }

  @Override
  public void write(int key, byte[] value) {
    try (Txn<ByteBuffer> txn = env.txnWrite()) {
      items.put(txn, keys[key], inFull(value));
      txn.commit();
    }
  }

  @Override
  public void close() throws Exception {
    reader.close();
    env.close();
    ScratchDirectory.delete(directory);
  }
}
