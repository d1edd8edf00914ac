package io.petacore.internal.feed;

import io.petacore.data.Bytes;
import io.petacore.data.Timestamp;
import io.petacore.subscription.Change;
import io.petacore.subscription.ChangeBatch;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a published revision changed in a range. All subscriptions on the range share it.
 *
 * @param from the first revision that it covers; lower than {@code revision} after a resync
 * @param revision the published revision
 * @param timestamp its timestamp, above all published before
 * @param conflated whether it was made by a resync
 * @param changes not empty; no longer modified
 * @param bytes the size of keys and values, in bytes
 */
record Revision(
    long from, long revision, long timestamp, boolean conflated, List<Change> changes, long bytes) {

  private static final Comparator<Change> BY_KEY = Comparator.comparing(Change::key);

  static Revision of(
      long from, long revision, long timestamp, boolean conflated, List<Change> changes) {
    long bytes = 0;
    for (Change change : changes) {
      bytes += change.key().length() + size(change.before()) + size(change.after());
    }
    return new Revision(from, revision, timestamp, conflated, changes, bytes);
  }

  private static long size(@Nullable Bytes value) {
    return value == null ? 0 : value.length();
  }

  ChangeBatch toBatch() {
    return batch(from, revision, timestamp, conflated, changes.toArray(new Change[0]));
  }

  /** Makes a batch of changes in any order. */
  static ChangeBatch batch(
      long from, long revision, long timestamp, boolean conflated, Change[] changes) {
    Arrays.sort(changes, BY_KEY);
    return new ChangeBatch(from, revision, Timestamp.of(timestamp), conflated, List.of(changes));
  }
}
