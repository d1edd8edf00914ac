package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.Collection;

/** Estimates the sizes of the parts of a request, in bytes. */
final class RequestSizes {

  /** Bytes of a guard, an operation or a group beside its key and value. */
  private static final int STEP_BYTES = 32;

  /** Bytes of the commit record, the request's own guards and reads; and the number of keys. */
  private static final int FRAME_BYTES = 1024;

  private static final int FRAME_KEYS = 10;

  private final int prefixBytes;

  /**
   * @param prefixBytes the length of the namespace's prefix, which each key has
   */
  RequestSizes(int prefixBytes) {
    this.prefixBytes = prefixBytes;
  }

  /** The part that every request has. */
  long ofFrame() {
    return FRAME_BYTES + (long) FRAME_KEYS * prefixBytes;
  }

  /** That many groups, without their contents. */
  long ofGroups(int groups) {
    return (long) STEP_BYTES * groups;
  }

  /** The operations of the writes. */
  long ofWrites(Collection<Write> writes) {
    long sum = 0;
    for (Write write : writes) {
      Bytes value = write.value();
      sum += STEP_BYTES + prefixBytes + write.key().length() + (value == null ? 0 : value.length());
    }
    return sum;
  }

  /** A guard over each of the ranges. */
  long ofRanges(Collection<GuardedRange> ranges) {
    long sum = 0;
    for (GuardedRange guarded : ranges) {
      KeyRange range = guarded.range();
      Bytes to = range.to();
      sum += STEP_BYTES + 2L * prefixBytes + range.from().length() + (to == null ? 0 : to.length());
    }
    return sum;
  }

  /** A guard, or a put of an empty value, for each of the keys. */
  long ofKeys(Collection<Bytes> keys) {
    long sum = 0;
    for (Bytes key : keys) {
      sum += STEP_BYTES + prefixBytes + key.length();
    }
    return sum;
  }
}
