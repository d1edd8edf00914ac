package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One version of one key: a value, or a tombstone.
 *
 * <p>Everything but the link to the older version is final, so that a reader who meets a version
 * sees it whole. The link is written by the single writer alone: once before the version can be
 * found, and once more, to null, when its history falls behind the horizon.
 *
 * <p>The bytes of the key and its hash stand in here, and not in an object between index and
 * version, so that a lookup that is answered by the newest version reads less memory than one in a
 * plain hash map, not more. All versions of a key share them and their chain.
 *
 * <p>In a long chain the versions are {@link JumpingVersion}s; {@link LongChains} decides.
 */
public sealed class Version permits JumpingVersion {

  /** Of so many versions a reader asks for the next older one, whatever the chain. */
  private static final int FEW = 4;

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

  /** A version of the same key as another. */
  Version(
      Version sameKey,
      @Nullable Bytes value,
      long timestamp,
      long modRevision,
      @Nullable Version older) {
    this(sameKey.key, sameKey.hash, sameKey.chain, value, timestamp, modRevision, older);
  }

  /** The first version of a key, in a chain of its own. */
  static Version first(Bytes key, @Nullable Bytes value, long timestamp, long modRevision) {
    VersionChain chain = new VersionChain(key);
    return new Version(
        BytesArray.of(key), key.hashCode(), chain, value, timestamp, modRevision, null);
  }

  /** A version over this one, or in its place. */
  Version next(
      @Nullable Bytes next, long nextTimestamp, long nextModRevision, LongChains longChains) {
    // Of the same revision: nobody has seen it, so it is replaced.
    Version below = timestamp == nextTimestamp ? older : this;
    return longChains.jumps(below, nextTimestamp)
        ? new JumpingVersion(this, next, nextTimestamp, nextModRevision, below)
        : new Version(this, next, nextTimestamp, nextModRevision, below);
  }

  Bytes key() {
    return chain.key();
  }

  /** Whether this is a version of a key. */
  boolean isOf(Bytes other) {
    return BytesArray.equal(key, BytesArray.of(other));
  }

  /** Reads what the writer will, who looks it up and links another one over it. */
  int touch() {
    return hash + key.length + chain.held();
  }

  int hash() {
    return hash;
  }

  VersionChain chain() {
    return chain;
  }

  /** The value; null for a tombstone. */
  public @Nullable Bytes value() {
    return value;
  }

  /** Whether the key was deleted. */
  public boolean isTombstone() {
    return value == null;
  }

  /** The timestamp: a hybrid-logical-clock timestamp. */
  public long timestamp() {
    return timestamp;
  }

  /** The store's revision that wrote it: what a guard compares. */
  public long modRevision() {
    return modRevision;
  }

  @Nullable Version older() {
    return older;
  }

  /** Writer only: frees what is behind this version, for which the horizon was raised before. */
  void forgetOlder() {
    older = null;
  }

  /** The oldest version that one step leads to; null if there is none behind this one. */
  @Nullable Version furthest() {
    return older;
  }

  /** By how many versions {@link #furthest} is older, if there is one. */
  int reach() {
    return 1;
  }

  /** The next version on the way from this one, which is above a timestamp, to one that is not. */
  @Nullable Version towards(long limit) {
    return older;
  }

  /**
   * This version, or the newest older one, that is not above a timestamp; null if there is none.
   */
  final @Nullable Version visibleAt(long limit) {
    Version version = this;
    for (int i = 0; i < FEW; i++) {
      if (version == null || version.timestamp <= limit) {
        return version;
      }
      version = version.older;
    }
    return visibleFurtherBack(version, limit);
  }

  private static @Nullable Version visibleFurtherBack(@Nullable Version from, long limit) {
    Version version = from;
    while (version != null && version.timestamp > limit) {
      version = version.towards(limit);
    }
    return version;
  }
}
