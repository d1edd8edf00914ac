package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The keys that some transactions write, and what they have read and want unchanged. */
final class AccessedKeys {

  private final Set<Bytes> written = new HashSet<>();
  private final Set<Bytes> read = new HashSet<>();
  private final List<ReadSet> ranges = new ArrayList<>(0);

  /** Adds the keys of a transaction. */
  void add(CommitRequest request) {
    request.writes().forEach(write -> written.add(write.key()));
    ReadSet reads = request.reads();
    if (reads != null) {
      read.addAll(reads.keys().keySet());
      if (!reads.ranges().isEmpty()) {
        ranges.add(reads);
      }
    }
  }

  /** The keys that are written. */
  Set<Bytes> written() {
    return written;
  }

  /** Whether a key is written, or has been read. */
  boolean contains(Bytes key) {
    if (written.contains(key) || read.contains(key)) {
      return true;
    }
    for (ReadSet reads : ranges) {
      if (reads.contains(key)) {
        return true;
      }
    }
    return false;
  }

  /** Whether something that another transaction has read is written. */
  boolean writesAnyOf(ReadSet reads) {
    return reads.containsAny(written);
  }
}
