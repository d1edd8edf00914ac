package io.petacore.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import org.jspecify.annotations.Nullable;

/**
 * Reads from this node's memory. Implemented by a transaction, a snapshot and the storage itself.
 *
 * <p>No read blocks or goes to the store. Besides what the methods say, every read throws
 *
 * <ul>
 *   <li>{@link io.petacore.error.TransactionTooOldException} if the state it needs is no longer
 *       kept
 *   <li>{@link io.petacore.error.StorageClosedException} if the storage was closed
 *   <li>{@link IllegalStateException} if the view was closed, or its transaction has ended
 *   <li>{@link IllegalArgumentException} for a key that is empty or reserved
 *   <li>{@link NullPointerException} for an argument that is null; the message names it
 * </ul>
 */
public interface ReadView {

  /**
   * Returns the value of a key.
   *
   * @param key neither empty nor reserved
   * @return the value; null if the key is absent
   */
  @Nullable Bytes read(Bytes key);

  /**
   * Returns the value of a key, both as UTF-8.
   *
   * @param key neither empty nor reserved
   * @return the value; null if the key is absent
   * @throws IllegalStateException if the value is not UTF-8
   * @throws IllegalArgumentException if the key contains an unpaired surrogate, which has no UTF-8
   *     encoding
   */
  default @Nullable String read(String key) {
    Bytes value = read(Bytes.utf8(requireNonNull(key, "key")));
    return value == null ? null : value.toUtf8();
  }

  /**
   * Returns whether a key is present.
   *
   * @param key neither empty nor reserved
   * @return true if it has a value
   */
  default boolean exists(Bytes key) {
    return read(key) != null;
  }

  /**
   * Returns whether a key, given as UTF-8, is present.
   *
   * @param key neither empty nor reserved
   * @return true if it has a value
   * @throws IllegalArgumentException if the key contains an unpaired surrogate, which has no UTF-8
   *     encoding
   */
  default boolean exists(String key) {
    return exists(Bytes.utf8(requireNonNull(key, "key")));
  }

  /**
   * Returns the entries of a range in ascending, unsigned byte order of their keys.
   *
   * <p>Each iteration sees one state. It is lazy: the iterator holds no copy of the range and looks
   * up a few entries at a time. A transaction's own writes are seen as they were when the iterator
   * was made. Iterators don't support removal, and one may be used by one thread at a time.
   *
   * @param range the keys; those reserved for PetaCore are left out
   * @return an iterable that may be iterated any number of times
   */
  Iterable<Entry> scan(KeyRange range);

  /**
   * Returns the first entries of a {@linkplain #scan(KeyRange) scan}.
   *
   * @param range the keys; those reserved for PetaCore are left out
   * @param limit the maximum number of entries; 0 or more
   * @return an iterable that may be iterated any number of times
   * @throws IllegalArgumentException if the limit is negative
   */
  default Iterable<Entry> scan(KeyRange range, int limit) {
    return new Limited<>(scan(range), limit);
  }

  /**
   * Returns the entries of a range as {@link #scan(KeyRange)} does, the greatest key first.
   *
   * @param range the keys; those reserved for PetaCore are left out
   * @return an iterable that may be iterated any number of times
   */
  Iterable<Entry> scanDescending(KeyRange range);

  /**
   * Returns the first entries of a {@linkplain #scanDescending(KeyRange) descending scan}, those
   * with the greatest keys.
   *
   * @param range the keys; those reserved for PetaCore are left out
   * @param limit the maximum number of entries; 0 or more
   * @return an iterable that may be iterated any number of times
   * @throws IllegalArgumentException if the limit is negative
   */
  default Iterable<Entry> scanDescending(KeyRange range, int limit) {
    return new Limited<>(scanDescending(range), limit);
  }

  /**
   * Counts the keys of a range that are present in one state. Takes time in proportion to their
   * number.
   *
   * @param range the keys; those reserved for PetaCore are left out
   * @return the number of present keys
   */
  long count(KeyRange range);

  /**
   * Returns a secondary index, as this view shows it.
   *
   * @param name the name by which the storage's builder defined it
   * @return the index; its reads are reads of this view
   * @throws IllegalArgumentException if there is no such index; the message lists those there are
   */
  IndexView index(String name);

  /**
   * Returns the store's revision that a read sees now.
   *
   * @return the revision of the snapshot; for a Read Committed transaction and for the storage, the
   *     newest applied revision
   */
  long revision();
}
