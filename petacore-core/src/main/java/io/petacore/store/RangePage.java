package io.petacore.store;

import java.util.List;

/**
 * A page of a range.
 *
 * @param entries the entries, in unsigned byte order
 * @param more whether the range has further entries after the page
 * @param revision the store's newest revision at the time of the read; a page requested without a
 *     revision is the state at this one
 * @param beyond the number of entries after the page, so that the reader can reserve capacity; 0 if
 *     the store does not count them
 */
public record RangePage(List<KeyValue> entries, boolean more, long revision, long beyond) {

  /**
   * Creates a page of a store that does not count the entries after it.
   *
   * @param entries the entries, in unsigned byte order
   * @param more whether the range has further entries after the page
   * @param revision the store's newest revision at the time of the read
   */
  public RangePage(List<KeyValue> entries, boolean more, long revision) {
    this(entries, more, revision, 0);
  }
}
