package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.KeyRange;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A run that has claimed the exclusive commit lock. */
class ClaimedRunTest {

  private static final int ENTRIES = 100; // more than are guarded one by one

  /** All permits may be held by commits of this storage that wait for the run to end. */
  @Test
  void itNeedsNoPermit() {
    try (KvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage =
            DistributedStorage.builder(store).maxPendingCommits(1).open()) {
      storage.runTransaction(
          tx -> {
            for (int i = 0; i < ENTRIES; i++) {
              tx.write("r" + i, "v");
            }
          });
      List<CompletableFuture<CommitResult>> others = new ArrayList<>();
      CommitResult result =
          storage.runTransaction(
              TransactionOptions.defaults()
                  .isolation(IsolationLevel.SERIALIZABLE)
                  .timeout(Await.PATIENCE),
              tx -> {
                assertEquals(ENTRIES, tx.count(KeyRange.prefix("r")));
                int run = others.size() + 1;
                CompletableFuture<CommitResult> other =
                    storage.runTransactionAsync(theirs -> theirs.write("r1", "run " + run));
                others.add(other);
                if (run <= 3) {
                  Await.until("the other has committed", other::isDone);
                }
                tx.write("mine", "run " + run);
              });
      assertEquals(4, others.size(), "runs");
      CompletableFuture<CommitResult> last = others.get(3);
      Await.until("the other commits afterwards", last::isDone);
      assertTrue(last.join().revision() > result.revision());
    }
  }
}
