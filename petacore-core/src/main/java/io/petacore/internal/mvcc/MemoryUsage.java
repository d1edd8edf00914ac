package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * How much the cache holds. The bytes are those of the heap, reckoned from the layout of objects on
 * a 64-bit JVM with compressed references.
 *
 * @param versions how many versions there are, tombstones and superseded ones included
 * @param bytes what keys, values, versions and indexes take
 * @param historyBytes what superseded versions and the log of revisions take of that
 */
public record MemoryUsage(long versions, long bytes, long historyBytes) {

  static final MemoryUsage NOTHING = new MemoryUsage(0, 0, 0);

  private static final int VERSION = 48;
  private static final int JUMP = 8;
  private static final int CHAIN = 24;
  private static final int PAGES = 12; // key and chain, with pages between two thirds full and full
  private static final int SLOTS = 14; // with tags, at a load of the table between ¼ and ½
  private static final int BYTES = 24 + 16; // the object, and the head of its array

  /** In the queue of what is to be freed. */
  private static final int QUEUED = 32 + 4;

  /** What a key takes besides its versions. */
  static int ofKey(Bytes key) {
    return CHAIN + PAGES + SLOTS + of(key);
  }

  /** What a version takes. */
  static int ofVersion(Version version) {
    return VERSION + (version instanceof JumpingVersion ? JUMP : 0) + of(version.value());
  }

  /** What a superseded version of so many bytes takes until it is freed. */
  static int ofSuperseded(int versionBytes) {
    return QUEUED + versionBytes;
  }

  private static int of(@Nullable Bytes bytes) {
    return bytes == null || bytes.isEmpty() ? 0 : BYTES + (bytes.length() + 7 & ~7);
  }
}
