package io.petacore.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A secondary index as a {@link ReadView} shows it: always exactly what the index's function says
 * of the entries of that view, a transaction's own writes included.
 *
 * <p>Results are the entries themselves, not index keys. They are ordered by index key, entries
 * with the same index key by their own key. An entry with several index keys in a range is returned
 * once for each.
 *
 * <p>Iteration is lazy and sees one state, as that of {@link ReadView#scan(KeyRange)}. Every method
 * throws what the reads of its view throw.
 */
public interface IndexView {

  /**
   * Returns the entries with an index key.
   *
   * @param indexKey may be empty
   * @return an iterable in ascending order of the keys, which may be iterated any number of times
   */
  default Iterable<Entry> lookup(Bytes indexKey) {
    return scan(KeyRange.single(requireNonNull(indexKey, "indexKey")));
  }

  /**
   * Returns the entries with an index key given as UTF-8.
   *
   * @param indexKey may be empty
   * @return an iterable in ascending order of the keys, which may be iterated any number of times
   * @throws IllegalArgumentException if the key contains an unpaired surrogate, which has no UTF-8
   *     encoding
   */
  default Iterable<Entry> lookup(String indexKey) {
    return lookup(Bytes.utf8(requireNonNull(indexKey, "indexKey")));
  }

  /**
   * Returns the first entry with an index key, for a unique index the only one.
   *
   * @param indexKey may be empty
   * @return the entry with the least key; null if no entry has the index key
   */
  default @Nullable Entry find(Bytes indexKey) {
    Iterator<Entry> found = lookup(indexKey).iterator();
    return found.hasNext() ? found.next() : null;
  }

  /**
   * Returns the entries whose index keys are in a range.
   *
   * @param indexKeys the index keys; {@code KeyRange.prefix("")} for all
   * @return an iterable in ascending order, which may be iterated any number of times
   */
  Iterable<Entry> scan(KeyRange indexKeys);

  /**
   * Returns the first entries of a {@linkplain #scan(KeyRange) scan}.
   *
   * @param indexKeys the index keys
   * @param limit the maximum number of entries; 0 or more
   * @return an iterable in ascending order, which may be iterated any number of times
   * @throws IllegalArgumentException if the limit is negative
   */
  default Iterable<Entry> scan(KeyRange indexKeys, int limit) {
    return new Limited<>(scan(indexKeys), limit);
  }

  /**
   * Returns the entries whose index keys are in a range, in exactly the opposite order of {@link
   * #scan(KeyRange)}.
   *
   * @param indexKeys the index keys
   * @return an iterable in descending order, which may be iterated any number of times
   */
  Iterable<Entry> scanDescending(KeyRange indexKeys);

  /**
   * Returns the first entries of a {@linkplain #scanDescending(KeyRange) descending scan}.
   *
   * @param indexKeys the index keys
   * @param limit the maximum number of entries; 0 or more
   * @return an iterable in descending order, which may be iterated any number of times
   * @throws IllegalArgumentException if the limit is negative
   */
  default Iterable<Entry> scanDescending(KeyRange indexKeys, int limit) {
    return new Limited<>(scanDescending(indexKeys), limit);
  }

  /**
   * Counts what a {@linkplain #scan(KeyRange) scan} returns. Takes time in proportion to it.
   *
   * @param indexKeys the index keys; {@link KeyRange#single(Bytes)} for one
   * @return the number of entries, one with several index keys in the range counted for each
   */
  long count(KeyRange indexKeys);
}
