package io.petacore.testing;

import io.petacore.data.Bytes;
import io.petacore.internal.format.Namespace;
import io.petacore.store.BatchResult;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Decides what happens to a node's batches of transactions: everything else passes. */
public final class CommitFaults {

  /** What happens to a batch. */
  public interface Fault {
    /**
     * Answers a batch.
     *
     * @param keys what it puts and deletes for the application
     * @param pass has the store execute it
     */
    CompletableFuture<BatchResult> answer(
        List<Bytes> keys, Supplier<CompletableFuture<BatchResult>> pass);
  }

  private final Namespace namespace;
  private volatile Fault fault = (keys, pass) -> pass.get();

  /** Steers the batches of a namespace. */
  public CommitFaults(SteeredStore store, String namespace) {
    this.namespace = Namespace.of(namespace);
    store.onCommit(
        (batch, pass) -> {
          List<Bytes> keys = new ArrayList<>();
          collect(batch.operations(), keys);
          return keys.isEmpty() ? pass.get() : fault.answer(keys, pass);
        });
  }

  /** From now on this happens to batches that write keys of the application. */
  public void inject(Fault next) {
    fault = next;
  }

  /** From now on nothing happens. */
  public void stop() {
    fault = (keys, pass) -> pass.get();
  }

  /** A failure of the store. */
  public static CompletableFuture<BatchResult> failed(Kind kind) {
    return CompletableFuture.failedFuture(new StoreException(kind, "by the test: " + kind, null));
  }

  private void collect(List<Operation> operations, List<Bytes> keys) {
    for (Operation operation : operations) {
      if (operation instanceof Operation.Group group) {
        collect(group.operations(), keys);
      } else if (operation instanceof Operation.Put put) {
        add(put.key(), keys);
      } else if (operation instanceof Operation.Delete delete) {
        add(delete.key(), keys);
      }
    }
  }

  private void add(Bytes key, List<Bytes> keys) {
    if (!namespace.isReserved(key)) {
      keys.add(namespace.fromStore(key));
    }
  }
}
