package io.petacore.bench.demo;

import io.petacore.bench.support.connection.Namespace;
import io.petacore.store.Batch;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Deletes all keys of a namespace, including PetaCore's internal keys. The namespace must not be
 * open. Uses the store directly, since a storage cannot delete internal keys.
 */
final class NamespaceEraser {
  /** Upper bound on the request size of a delete in addition to its key. */
  private static final int OVERHEAD_BYTES = 32;

  private final KvStore store;
  private final Namespace namespace;
  private final Duration timeout;

  NamespaceEraser(KvStore store, Namespace namespace, Duration timeout) {
    this.store = store;
    this.namespace = namespace;
    this.timeout = timeout;
  }

  /** Whether the namespace has no keys, including internal ones. */
  boolean isEmpty() throws InterruptedException, ExecutionException, TimeoutException {
    return page(1).entries().isEmpty();
  }

  /**
   * Deletes all keys.
   *
   * @return the number of deleted keys
   */
  long erase() throws InterruptedException, ExecutionException, TimeoutException {
    // As many groups as deletes per group: the most keys within the limit on operations.
    int perGroup = Math.max(1, store.limits().maxOperations() / 2 - 1);
    long erased = 0;
    while (true) {
      List<KeyValue> keys = page(perGroup * perGroup).entries();
      if (keys.isEmpty()) {
        return erased;
      }
      Batch batch = deletes(keys, perGroup);
      store.commit(batch).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      erased += deletesIn(batch);
    }
  }

  private Batch deletes(List<KeyValue> keys, int perGroup) {
    List<Operation> groups = new ArrayList<>();
    List<Operation> group = new ArrayList<>();
    int bytes = 0;
    for (KeyValue key : keys) {
      bytes += key.key().length() + OVERHEAD_BYTES;
      if (bytes > store.limits().maxRequestBytes() / 2 && !(groups.isEmpty() && group.isEmpty())) {
        break;
      }
      group.add(new Operation.Delete(key.key()));
      if (group.size() == perGroup) {
        groups.add(new Operation.Group(List.of(), group));
        group = new ArrayList<>();
      }
    }
    if (!group.isEmpty()) {
      groups.add(new Operation.Group(List.of(), group));
    }
    return new Batch(List.of(), groups, List.of());
  }

  private static long deletesIn(Batch batch) {
    return batch.operations().stream()
        .mapToLong(group -> group instanceof Operation.Group g ? g.operations().size() : 1)
        .sum();
  }

  private RangePage page(int limit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return store
        .range(new RangeRequest(namespace.everything(), 0, limit))
        .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
