package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.CommitFaults;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ThrowingTransactionCall;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A hot key, and a first chain, of one transaction, whose request is held: all other transactions
 * of a test wait in the queue behind it.
 */
abstract class ChainFixture {

  static final TransactionOptions PATIENT = TransactionOptions.defaults().timeout(Await.PATIENCE);

  private final KvStore embedded = EmbeddedKvStore.inMemory();
  final SteeredStore store = new SteeredStore(embedded);
  final CommitFaults faults = new CommitFaults(store, "");
  final DistributedStorage node = DistributedStorage.builder(store).open();
  final DistributedStorage other = DistributedStorage.builder(embedded).open();

  static int number(Transaction tx) {
    String found = tx.read("hot");
    return found == null ? 0 : Integer.parseInt(found);
  }

  static int increment(Transaction tx) {
    int next = number(tx) + 1;
    tx.write("hot", Integer.toString(next));
    return next;
  }

  /** Makes the key hot: the second run of a transaction is on a chain, which is then held. */
  @BeforeEach
  final void holdAChain() {
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<CommitResult> first =
        node.runTransactionAsync(
            PATIENT,
            tx -> {
              if (runs.incrementAndGet() == 1) {
                node.runTransaction(conflicting -> increment(conflicting));
              } else {
                store.holdCommits();
              }
              increment(tx);
            });
    Await.until("the first chain is sent", () -> store.countHeldCommits() == 1);
    assertFalse(first.isDone());
  }

  @AfterEach
  final void close() {
    node.close();
    other.close();
    store.close();
  }

  final <T> CompletableFuture<T> wait(ThrowingTransactionCall<T, RuntimeException> body) {
    return wait(PATIENT, body);
  }

  /** Starts a transaction that waits behind the chain that is held. */
  final <T> CompletableFuture<T> wait(
      TransactionOptions options, ThrowingTransactionCall<T, RuntimeException> body) {
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<T> result =
        node.callTransactionAsync(
            options,
            tx -> {
              runs.incrementAndGet();
              return body.call(tx);
            });
    Await.until("it has run once", () -> runs.get() == 1);
    return result;
  }

  final void releaseChain() {
    store.releaseCommits();
  }

  /** Before the next chain reaches the store, another commit does. */
  final void losesOnce(Runnable conflicting) {
    AtomicInteger batches = new AtomicInteger();
    faults.inject(
        (keys, pass) -> {
          return batches.incrementAndGet() == 2
              ? CompletableFuture.runAsync(conflicting).thenCompose(done -> pass.get())
              : pass.get();
        });
  }

  static <X extends Throwable> X failure(Class<X> type, CompletableFuture<?> future) {
    CompletionException wrapped = assertThrows(CompletionException.class, future::join);
    return assertInstanceOf(type, wrapped.getCause());
  }
}
