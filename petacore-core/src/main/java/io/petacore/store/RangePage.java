package io.petacore.store;

import java.util.List;

/**
 * What a page of a range holds.
 *
 * @param entries in unsigned byte order
 * @param more whether the range has further entries beyond the page
 * @param revision the store's newest revision when it answered; the state of a page that asked for
 *     no certain revision is the state at this one
 */
public record RangePage(List<KeyValue> entries, boolean more, long revision) {}
