import io.petacore.DistributedStorage;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.etcd.EtcdKvStore;
import java.time.Duration;

/** Finds the largest number of writes in one transaction, by the size of their values. */
class LargestTransactions {
  public static void main(String[] args) {
    EtcdKvStore.Builder etcd =
        EtcdKvStore.builder().endpoints("http://" + args[0]).requestTimeout(Duration.ofMinutes(1));
    try (EtcdKvStore store = etcd.connect();
        DistributedStorage storage =
            DistributedStorage.builder(store)
                .namespace("size/")
                .commitTimeout(Duration.ofMinutes(3))
                .open()) {
      for (int bytes : new int[] {1, 100, 1_000}) {
        int writes = largest(storage, "v".repeat(bytes));
        System.out.println(bytes + " bytes a value: " + writes + " writes");
      }
    }
  }

  private static int largest(DistributedStorage storage, String value) {
    int fits = 0;
    for (int step = 1 << 16; step > 0; step /= 2) {
      int writes = fits + step;
      try {
        storage.runTransaction(
            tx -> {
              for (int i = 0; i < writes; i++) {
                tx.write("key/%08d".formatted(i), value);
              }
            });
        fits = writes;
      } catch (TransactionTooLargeException tooLarge) {
        // a smaller step
      }
    }
    return fits;
  }
}
