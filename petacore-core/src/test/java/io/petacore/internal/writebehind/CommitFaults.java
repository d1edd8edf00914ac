package io.petacore.internal.writebehind;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.StoreLimits;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A node's connection to a store of which a test decides what happens to its batches of
 * transactions: everything else passes.
 */
final class CommitFaults implements KvStore {

  /** What happens to a batch. */
  interface Fault {
    /**
     * Answers a batch.
     *
     * @param keys what it puts and deletes for the application
     * @param pass has the store execute it
     */
    CompletableFuture<BatchResult> answer(
        List<Bytes> keys, Supplier<CompletableFuture<BatchResult>> pass);
  }

  private final KvStore store;
  private final String namespace;
  private volatile Fault fault = (keys, pass) -> pass.get();

  CommitFaults(KvStore store, String namespace) {
    this.store = store;
    this.namespace = namespace;
  }

  /** From now on this happens to batches that write keys of the application. */
  void inject(Fault next) {
    fault = next;
  }

  /** From now on nothing happens. */
  void stop() {
    fault = (keys, pass) -> pass.get();
  }

  static CompletableFuture<BatchResult> failed(Kind kind) {
    return CompletableFuture.failedFuture(new StoreException(kind, "by the test: " + kind, null));
  }

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    List<Bytes> keys = new ArrayList<>();
    collect(batch.operations(), keys);
    return keys.isEmpty() ? store.commit(batch) : fault.answer(keys, () -> store.commit(batch));
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
    Bytes prefix = Bytes.utf8(namespace);
    if (key.length() > prefix.length() && key.byteAt(prefix.length()) != 0) {
      byte[] bytes = key.toByteArray();
      byte[] rest = new byte[bytes.length - prefix.length()];
      System.arraycopy(bytes, prefix.length(), rest, 0, rest.length);
      keys.add(Bytes.of(rest));
    }
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    return store.range(request);
  }

  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    return store.watch(range, fromRevision, listener);
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return store.grantLease(timeToLive);
  }

  @Override
  public CompletableFuture<Void> renewLease(long lease) {
    return store.renewLease(lease);
  }

  @Override
  public CompletableFuture<Void> revokeLease(long lease) {
    return store.revokeLease(lease);
  }

  @Override
  public StoreLimits limits() {
    return store.limits();
  }

  @Override
  public CompletableFuture<String> describe() {
    return store.describe();
  }

  @Override
  public void close() {
    // The test closes the store itself.
  }
}
