package io.petacore.internal.commit;

import io.petacore.internal.format.CommitRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The requests on their way, and what they touch. Guarded by the pipeline's lock. */
final class InFlightBatches {

  private final Map<Long, SentBatch> batches = new HashMap<>();
  private final InFlightKeys footprint = new InFlightKeys();
  private int members;

  void add(SentBatch sent) {
    batches.put(sent.number(), sent);
    members += sent.members().size();
    footprint.add(sent.plan().keys(), sent.plan().bumps());
  }

  void remove(SentBatch sent) {
    batches.remove(sent.number());
    members -= sent.members().size();
    footprint.remove(sent.plan().keys(), sent.plan().bumps());
  }

  /** Whether its fate is still open. */
  boolean contains(SentBatch sent) {
    return batches.get(sent.number()) == sent;
  }

  /** The one that wrote a commit record; null if it was another's, or is settled. */
  @Nullable SentBatch writerOf(@Nullable CommitRecord record) {
    SentBatch sent = record == null ? null : batches.get(record.batch());
    return sent != null && record != null && sent.session().equals(record.session()) ? sent : null;
  }

  /** All of them, as they are now: they may be removed meanwhile. */
  List<SentBatch> all() {
    return List.copyOf(batches.values());
  }

  int count() {
    return batches.size();
  }

  /** How many transactions they carry. */
  int members() {
    return members;
  }

  boolean isEmpty() {
    return batches.isEmpty();
  }

  /** Whether the one there is stands alone, with one guard for everything. */
  boolean holdsWhole() {
    return batches.size() == 1 && batches.values().iterator().next().plan().whole();
  }

  InFlightKeys footprint() {
    return footprint;
  }
}
