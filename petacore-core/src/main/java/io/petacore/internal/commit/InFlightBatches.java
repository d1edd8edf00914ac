package io.petacore.internal.commit;

import io.petacore.internal.commit.batch.InFlightKeys;
import io.petacore.internal.concurrent.CombiningLock;
import io.petacore.internal.format.CommitRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The batches that were sent and not resolved, and their keys. Guarded by the pipeline's lock. */
final class InFlightBatches {

  private final CombiningLock lock;
  private final Map<Long, SentBatch> batches = new HashMap<>();
  private final InFlightKeys keys = new InFlightKeys();
  private final Consumer<SentBatch> onRemoved;
  private int members;

  /**
   * @param onRemoved called when a batch is resolved
   */
  InFlightBatches(CombiningLock lock, Consumer<SentBatch> onRemoved) {
    this.lock = lock;
    this.onRemoved = onRemoved;
  }

  void add(SentBatch batch) {
    lock.assertHeld();
    batches.put(batch.number(), batch);
    members += batch.members().size();
    keys.add(batch.plan().keys(), batch.plan().deleteFences());
  }

  void remove(SentBatch batch) {
    lock.assertHeld();
    batches.remove(batch.number());
    members -= batch.members().size();
    keys.remove(batch.plan().keys(), batch.plan().deleteFences());
    onRemoved.accept(batch);
  }

  /** Whether a batch has not been resolved. */
  boolean contains(SentBatch batch) {
    return batches.get(batch.number()) == batch;
  }

  /** The batch that wrote a commit record; null if it is another node's, or was resolved. */
  @Nullable SentBatch writerOf(@Nullable CommitRecord record) {
    SentBatch batch = record == null ? null : batches.get(record.batch());
    return batch != null && record != null && batch.session().equals(record.session())
        ? batch
        : null;
  }

  /** The batches as they are now: they may be removed meanwhile. */
  List<SentBatch> all() {
    return List.copyOf(batches.values());
  }

  /** The number of batches. */
  int count() {
    return batches.size();
  }

  /** The number of transactions in the batches. */
  int members() {
    return members;
  }

  boolean isEmpty() {
    return batches.isEmpty();
  }

  /** Whether the batch in flight is a large transaction. */
  boolean holdsLarge() {
    return batches.size() == 1 && batches.values().iterator().next().plan().large();
  }

  /** The keys that the batches touch. */
  InFlightKeys keys() {
    return keys;
  }
}
