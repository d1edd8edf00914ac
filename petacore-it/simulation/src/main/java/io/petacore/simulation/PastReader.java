package io.petacore.simulation;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.data.Timestamp;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.transaction.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads snapshots repeatedly while time passes, and past states on two nodes; an answer must be
 * correct, or the read refused.
 */
final class PastReader {
  private final Timeline timeline;
  private final Fibers fibers;
  private final Judge judge;
  private final List<Node> nodes;
  private final List<Long> timestamps = new ArrayList<>();
  private int answered;

  PastReader(Timeline timeline, Fibers fibers, Judge judge, List<Node> nodes) {
    this.timeline = timeline;
    this.fibers = fibers;
    this.judge = judge;
    this.nodes = nodes;
  }

  /** Returns the number of past states read. */
  int answered() {
    return answered;
  }

  /** Remembers the timestamp of a commit; 0 if it is unknown. */
  void remember(long timestamp) {
    if (timestamp != 0) {
      timestamps.add(timestamp);
    }
  }

  void read(DistributedStorage storage, Node node) {
    if (timestamps.isEmpty() || timeline.chance(0.5)) {
      readNow(storage, node);
    } else {
      int newest = timestamps.size() - 1;
      int index = Math.max(0, newest - timeline.random().nextInt(8));
      long timestamp = timestamps.get(index) + timeline.random().nextInt(3) - 1;
      readPast(storage, node, timestamp);
      Node other = nodes.get(timeline.random().nextInt(nodes.size()));
      DistributedStorage there = other.storage();
      if (there != null) {
        readPast(there, other, timestamp);
      }
    }
  }

  private void readNow(DistributedStorage storage, Node node) {
    long acknowledged = node.acknowledged();
    try (Snapshot snapshot = opened(storage::snapshot)) {
      if (snapshot == null) {
        return;
      }
      judge.begins(node, "a snapshot", snapshot.revision(), acknowledged);
      for (int i = 0; i < 3; i++) {
        fibers.pause(timeline.about(100 * Timeline.MILLISECOND));
        Map<Bytes, Bytes> shown = all(snapshot);
        judge.whole(node, "a snapshot", snapshot.revision(), shown);
        IndexJudge.check(judge, "a snapshot of " + node, snapshot, shown);
      }
    } catch (StorageClosedException closed) {
      // Closed under its reader.
    } catch (TransactionTooOldException lost) {
      // An open snapshot is kept, unless the store was restored, or this node can't prove that it
      // was not.
      if (!judge.mayHaveChangedHistory(node) && storage.status().counters().otherHistories() == 0) {
        throw lost;
      }
    }
  }

  private void readPast(DistributedStorage storage, Node node, long timestamp) {
    try (Snapshot snapshot = opened(() -> storage.snapshotAt(Timestamp.of(timestamp)))) {
      if (snapshot != null && judge.mayAnswerForThePast()) {
        answered++;
        long revision = judge.truth().revisionAt(timestamp);
        Map<Bytes, Bytes> shown = all(snapshot);
        judge.whole(node, "the state at timestamp " + timestamp, revision, shown);
        IndexJudge.check(judge, "a past state of " + node, snapshot, shown);
      }
    } catch (StorageClosedException closed) {
      // Closed under its reader.
    }
  }

  private static @Nullable Snapshot opened(Supplier<Snapshot> open) {
    try {
      return open.get();
    } catch (TransactionTooOldException | StoreUnavailableException | StorageClosedException no) {
      return null;
    }
  }

  private static Map<Bytes, Bytes> all(Snapshot snapshot) {
    Map<Bytes, Bytes> all = new TreeMap<>();
    for (Entry entry : snapshot.scan(KeyRange.all())) {
      all.put(entry.key(), entry.value());
    }
    return all;
  }
}
