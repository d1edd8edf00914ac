import io.petacore.DistributedStorage;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;

/** A minimal application: commits to etcd and reads the value back. Arguments: ENDPOINT NAMESPACE. */
public final class OneCommit {

  private OneCommit() {}

  public static void main(String[] args) {
    try (KvStore store = EtcdKvStore.connect(args[0]);
        DistributedStorage storage = DistributedStorage.builder(store).namespace(args[1]).open()) {
      storage.runTransaction(tx -> tx.write("greeting", "hello"));
      String read = storage.read("greeting");
      if (!"hello".equals(read)) {
        throw new IllegalStateException("committed hello, read " + read);
      }
    }
  }
}
