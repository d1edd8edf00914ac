package io.petacore.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import org.jspecify.annotations.Nullable;

/**
 * Reads from this node's memory: what {@link Transaction} and {@link Snapshot} share.
 *
 * <p>No read waits, blocks or goes to the store. Every read may throw {@link
 * TransactionTooOldException} where the view is of the past and that past is no longer kept, {@link
 * IllegalArgumentException} for a key that is empty or reserved, {@link NullPointerException} for
 * one that is null, and {@link IllegalStateException} when the view was closed.
 */
public interface ReadView {

  /** The value of a key; null if it is absent. */
  @Nullable Bytes read(Bytes key);

  /**
   * The value of a key, both as UTF-8; null if it is absent.
   *
   * @throws IllegalStateException if the value is not UTF-8
   */
  default @Nullable String read(String key) {
    Bytes value = read(Bytes.utf8(requireNonNull(key, "key")));
    return value == null ? null : value.toUtf8();
  }

  /** Whether a key is present. */
  default boolean exists(Bytes key) {
    return read(key) != null;
  }

  /** Whether a key, as UTF-8, is present. */
  default boolean exists(String key) {
    return exists(Bytes.utf8(requireNonNull(key, "key")));
  }

  /**
   * The entries of a range in unsigned byte order, each iteration at one state. Lazy: the iterator
   * holds no copy of the range, and looks a few entries up at a time. Writes of the same
   * transaction are seen as they were when the iterator was made. The iterators can't remove and
   * are confined to the thread of their view.
   */
  Iterable<Entry> scan(KeyRange range);

  /**
   * The first entries of a {@linkplain #scan(KeyRange) scan}.
   *
   * @param limit how many at most
   * @throws IllegalArgumentException if the limit is negative
   */
  default Iterable<Entry> scan(KeyRange range, int limit) {
    return new Limited<>(scan(range), limit);
  }

  /** Like {@link #scan(KeyRange)}, the greatest key first. */
  Iterable<Entry> scanDescending(KeyRange range);

  /**
   * The first entries of a {@linkplain #scanDescending(KeyRange) descending scan}: those with the
   * greatest keys.
   *
   * @param limit how many at most
   * @throws IllegalArgumentException if the limit is negative
   */
  default Iterable<Entry> scanDescending(KeyRange range, int limit) {
    return new Limited<>(scanDescending(range), limit);
  }

  /** How many keys of a range are present. Walks over them, as a scan does, at one state. */
  long count(KeyRange range);

  /** The store's revision that this view reads at: under Read Committed, the newest applied. */
  long revision();
}
