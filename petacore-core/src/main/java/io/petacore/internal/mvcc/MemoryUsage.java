package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The estimated heap footprint of the cache, for the object layout of a 64-bit JVM with compressed
 * references.
 *
 * @param versions the number of versions, tombstones and superseded versions included
 * @param bytes the bytes of keys, values, versions and indexes
 * @param historyBytes the part of {@code bytes} that superseded versions and the revision log take
 */
public record MemoryUsage(long versions, long bytes, long historyBytes) {

  static final MemoryUsage NONE = new MemoryUsage(0, 0, 0);

  private static final int VERSION = 48;
  private static final int INDEXED = 8 + 16; // the reference, and 12 to 18 bytes in the index
  private static final int CHAIN = 24;
  private static final int INDEX_CHAIN = 32;
  private static final int REMEMBERED = 24; // in an array of the indexed key
  private static final int PAGES = 12; // key and chain, in pages that are two thirds full or more
  private static final int SLOTS = 14; // with tags, at a load factor between ¼ and ½
  private static final int BYTES = 24 + 16; // the object and the header of its array

  /** An entry in the queue of versions to free. */
  private static final int QUEUED = 32 + 4;

  /** The bytes of a key without its versions. */
  static int ofKey(Bytes key) {
    return CHAIN + PAGES + SLOTS + of(key);
  }

  /** The bytes of a version. */
  static int ofVersion(Version version) {
    return VERSION + (version instanceof IndexedVersion ? INDEXED : 0) + of(version.value());
  }

  /** The bytes of an entry of a secondary index without its versions. */
  static int ofIndexEntry(Bytes position) {
    return INDEX_CHAIN + REMEMBERED + PAGES + of(position);
  }

  /** The bytes of a version of an index entry, which has no value. */
  static int ofIndexVersion(Version version) {
    return VERSION + (version instanceof IndexedVersion ? INDEXED : 0);
  }

  /** The bytes that a superseded version of a given size takes until it is freed. */
  static int ofSuperseded(int versionBytes) {
    return QUEUED + versionBytes;
  }

  private static int of(@Nullable Bytes bytes) {
    return bytes == null || bytes.isEmpty() ? 0 : BYTES + (bytes.length() + 7 & ~7);
  }
}
