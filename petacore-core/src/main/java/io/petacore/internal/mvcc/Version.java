package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A version of a key: a value, or a tombstone, at a timestamp.
 *
 * <p>All fields but the link to the older version are final, so a reader always sees a version
 * fully initialized. The cache's writer sets the link before the version is published, and cuts it
 * when the older versions fall below the horizon.
 *
 * <p>A version holds the bytes of its key and their hash itself, without an object between index
 * and version. A lookup that the newest version answers therefore reads less memory than one in a
 * plain hash map. All versions of a key share the key's bytes and the chain.
 *
 * <p>In a long chain the versions are {@link IndexedVersion}s; {@link LongChains} decides.
 */
public sealed class Version permits IndexedVersion {

  /** The number of versions that a search visits one by one before it uses an index. */
  private static final int LINEAR_STEPS = 4;

  private final byte[] key;
  private final int hash;
  private final VersionChain chain;
  private final @Nullable Bytes value;
  private final long timestamp;
  private final long modRevision;
  private volatile @Nullable Version older;

  private Version(
      byte[] key,
      int hash,
      VersionChain chain,
      @Nullable Bytes value,
      long timestamp,
      long modRevision,
      @Nullable Version older) {
    this.key = key;
    this.hash = hash;
    this.chain = chain;
    this.value = value;
    this.timestamp = timestamp;
    this.modRevision = modRevision;
    this.older = older;
  }

  /** Creates a version of the same key as another one. */
  Version(
      Version sameKey,
      @Nullable Bytes value,
      long timestamp,
      long modRevision,
      @Nullable Version older) {
    this(sameKey.key, sameKey.hash, sameKey.chain, value, timestamp, modRevision, older);
  }

  /** Creates the first version of a key, in a chain of its own. */
  static Version first(Bytes key, @Nullable Bytes value, long timestamp, long modRevision) {
    return first(new VersionChain(key), value, timestamp, modRevision);
  }

  /** Creates the first version of the key of a chain. */
  static Version first(
      VersionChain chain, @Nullable Bytes value, long timestamp, long modRevision) {
    Bytes key = chain.key();
    // Entries of secondary indexes are never found by hash.
    int hash = chain instanceof IndexEntryChain ? 0 : key.hashCode();
    return new Version(BytesArray.of(key), hash, chain, value, timestamp, modRevision, null);
  }

  /**
   * Creates the next version of the key: above this one, or in place of it if both have the same
   * timestamp.
   */
  Version next(
      @Nullable Bytes next, long nextTimestamp, long nextModRevision, LongChains longChains) {
    // A version of the same revision is not published yet, so it can be replaced.
    Version below = timestamp == nextTimestamp ? older : this;
    return longChains.isIndexed(below, nextTimestamp)
        ? new IndexedVersion(this, next, nextTimestamp, nextModRevision, below)
        : new Version(this, next, nextTimestamp, nextModRevision, below);
  }

  /** The key. */
  public Bytes key() {
    return chain.key();
  }

  /** Whether this is a version of the given key. */
  boolean isOf(Bytes other) {
    return BytesArray.equal(key, BytesArray.of(other));
  }

  /** Reads the memory that the writer needs to link the next version. */
  int touch() {
    return hash + key.length + chain.headBytes();
  }

  int hash() {
    return hash;
  }

  VersionChain chain() {
    return chain;
  }

  /** Returns the value; null for a tombstone. */
  public @Nullable Bytes value() {
    return value;
  }

  /** Whether this version marks the key as deleted. */
  public boolean isTombstone() {
    return value == null;
  }

  /** The timestamp, by the hybrid logical clock. */
  public long timestamp() {
    return timestamp;
  }

  /** The revision of the store that wrote this version, as guards compare it. */
  public long modRevision() {
    return modRevision;
  }

  @Nullable Version older() {
    return older;
  }

  /** Cuts the link to older versions; the horizon must have been advanced before. Writer only. */
  void cutOlder() {
    older = null;
  }

  /** Returns the next version of a search for a timestamp below this version's. */
  @Nullable Version stepTowards(long limit) {
    return older;
  }

  /** Returns the newest version from this one on that is not above a timestamp; null if none is. */
  final @Nullable Version visibleAt(long limit) {
    Version version = this;
    for (int i = 0; i < LINEAR_STEPS; i++) {
      if (version == null || version.timestamp <= limit) {
        return version;
      }
      version = version.older;
    }
    return visibleAmongOlder(version, limit);
  }

  private static @Nullable Version visibleAmongOlder(@Nullable Version from, long limit) {
    Version version = from;
    while (version != null && version.timestamp > limit) {
      version = version.stepTowards(limit);
    }
    return version;
  }
}
