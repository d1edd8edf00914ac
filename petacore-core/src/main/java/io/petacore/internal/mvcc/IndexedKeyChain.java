package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;

/**
 * The versions of a key in the range of a secondary index. It remembers the key's index entries, so
 * that those of a replaced value are removed without calling the function again, whatever it would
 * say now. Writer only, but for the versions.
 */
final class IndexedKeyChain extends VersionChain {

  static final IndexEntryChain[] NONE = {};

  private IndexEntryChain[] entries = NONE;
  private boolean failureReported;

  IndexedKeyChain(Bytes key) {
    super(key);
  }

  /** The index entries of the newest version; while it is being linked, at least these. */
  IndexEntryChain[] entries() {
    return entries;
  }

  void remember(IndexEntryChain[] all) {
    entries = all;
  }

  /** Takes note that a function has failed for this key; returns whether it had not before. */
  boolean markFailureReported() {
    boolean first = !failureReported;
    failureReported = true;
    return first;
  }
}
