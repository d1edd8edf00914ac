package io.petacore.bench.peers.adapter;

import io.petacore.bench.peers.PeerDescription;
import io.petacore.bench.peers.Peer;
import io.petacore.bench.peers.ScratchDirectory;
import java.nio.file.Path;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** A versioned B+ tree in this process and in a file; every write is synced to disk. */
public final class MvStorePeer implements Peer {
  private Path directory;
  private MVStore store;
  private MVMap<String, byte[]> map;
  private long version;
  private String[] keys = {};

  @Override
  public PeerDescription description() {
    return new PeerDescription("H2 MVStore", "in this process, with a file").snapshots().durable();
  }

  @Override
  public void open(String[] names, byte[][] values) throws Exception {
    directory = ScratchDirectory.create();
    store =
        new MVStore.Builder()
            .fileName(directory.resolve("items").toString())
            .cacheSize(256) // MB: holds all entries
            .autoCommitDisabled()
            .open();
    map = store.openMap("items");
    keys = names;
    for (int i = 0; i < names.length; i++) {
      map.put(names[i], values[i]);
    }
    version = store.commit();
  }

  @Override
  public Object read(int key) {
    return map.get(keys[key]);
  }

  @Override
  public void readSnapshot(int[] wanted, Object[] found) {
    MVMap<String, byte[]> snapshot = map.openVersion(version);
    for (int i = 0; i < wanted.length; i++) {
      found[i] = snapshot.get(keys[wanted[i]]);
    }
  }

  @Override
  public boolean isOrdered() {
    return true;
  }

  @Override
  public long scan(int from, int count) {
    long sum = 0;
    Cursor<String, byte[]> cursor = map.cursor(keys[from], keys[from + count - 1], false);
    while (cursor.hasNext()) {
      sum += cursor.next().charAt(0) + cursor.getValue()[0];
    }
    return sum;
  }

  @Override
  public void write(int key, byte[] value) {
    map.put(keys[key], value);
    store.commit();
    store.sync();
  }

  @Override
  public void close() throws Exception {
    store.closeImmediately();
    ScratchDirectory.delete(directory);
  }
}
