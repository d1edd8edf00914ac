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
 */
public final class Version {

  private final byte[] key;
  private final int hash;
  private final VersionChain chain;
  private final @Nullable Bytes value;
  private final long number;
  private final long modRevision;
  private volatile @Nullable Version older;

  private Version(
      byte[] key,
      int hash,
      VersionChain chain,
      @Nullable Bytes value,
      long number,
      long modRevision,
      @Nullable Version older) {
    this.key = key;
    this.hash = hash;
    this.chain = chain;
    this.value = value;
    this.number = number;
    this.modRevision = modRevision;
    this.older = older;
  }

  /** The first version of a key, in a chain of its own. */
  static Version first(Bytes key, @Nullable Bytes value, long number, long modRevision) {
    VersionChain chain = new VersionChain(key);
    return new Version(BytesArray.of(key), key.hashCode(), chain, value, number, modRevision, null);
  }

  /** A version over this one, or in its place. */
  Version next(@Nullable Bytes next, long nextNumber, long nextModRevision) {
    // Of the same revision: nobody has seen it, so it is replaced.
    Version below = number == nextNumber ? older : this;
    return new Version(key, hash, chain, next, nextNumber, nextModRevision, below);
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

  /** The version number: a hybrid-logical-clock timestamp. */
  public long number() {
    return number;
  }

  /** The store's revision that wrote it: what a guard compares. */
  public long modRevision() {
    return modRevision;
  }

  @Nullable Version older() {
    return older;
  }

  void forgetOlder() {
    older = null;
  }

  /** This version, or the newest older one, that is not above a number; null if there is none. */
  @Nullable Version visibleAt(long limit) {
    Version version = this;
    while (version != null && version.number > limit) {
      version = version.older;
    }
    return version;
  }
}
