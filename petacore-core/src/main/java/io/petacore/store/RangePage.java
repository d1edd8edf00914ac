package io.petacore.store;

import java.util.List;

/**
 * What a page of a range holds.
 *
 * @param entries in unsigned byte order
 * @param more whether the range has further entries beyond the page
 * @param revision the store's newest revision when it answered; the state of a page that asked for
 *     no certain revision is the state at this one
 * @param beyond how many entries there are beyond the page, so that room can be made for them; 0
 *     where the store does not count
 */
public record RangePage(List<KeyValue> entries, boolean more, long revision, long beyond) {

  /** A page of a store that does not count what is beyond. */
  public RangePage(List<KeyValue> entries, boolean more, long revision) {
    this(entries, more, revision, 0);
  }
}
