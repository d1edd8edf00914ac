package io.petacore.testing;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes into a namespace past PetaCore, as any other program may; keys are without the namespace.
 */
public final class ForeignWriter {

  private static final long TIMEOUT_SECONDS = 30;

  private final KvStore store;
  private final Bytes namespace;

  ForeignWriter(KvStore store, String namespace) {
    this.store = store;
    this.namespace = Bytes.utf8(namespace);
  }

  /** The connection. */
  public KvStore store() {
    return store;
  }

  /** Sets a key and returns the revision. */
  public long put(String key, String value) {
    return put(Bytes.utf8(key), Bytes.utf8(value), Operation.NO_LEASE);
  }

  /** Sets a key, which ends with a lease, and returns the revision. */
  public long put(Bytes key, Bytes value, long lease) {
    return commit(new Operation.Put(namespace.concat(key), value, lease));
  }

  /** Sets a key that is in no namespace of a test, and returns the revision. */
  public long putElsewhere() {
    Bytes key = Bytes.utf8("elsewhere-" + System.nanoTime());
    Operation put = new Operation.Put(key, Bytes.utf8("v"), Operation.NO_LEASE);
    return answer(store.commit(new Batch(List.of(), List.of(put), List.of()))).revision();
  }

  /** Removes a key and returns the revision. */
  public long delete(String key) {
    return commit(new Operation.Delete(namespace.concat(Bytes.utf8(key))));
  }

  private long commit(Operation operation) {
    Batch batch = new Batch(List.of(), List.of(operation), List.of());
    return answer(store.commit(batch)).revision();
  }

  /** What is stored under a key; null if it is absent. */
  public @Nullable KeyValue get(String key) {
    KeyRange range = KeyRange.single(namespace.concat(Bytes.utf8(key)));
    List<KeyValue> found = answer(store.range(new RangeRequest(range, 0, 1))).entries();
    return found.isEmpty() ? null : found.get(0);
  }

  /** The newest revision. */
  public long revision() {
    return answer(store.range(new RangeRequest(KeyRange.single(namespace), 0, 1))).revision();
  }

  /** The answer, awaited. */
  public static <T> T answer(CompletableFuture<T> future) {
    return future.orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
  }
}
