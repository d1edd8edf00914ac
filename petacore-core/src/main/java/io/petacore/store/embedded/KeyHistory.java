package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one key, newest first. Written under the store's lock; read by any thread without
 * it.
 */
final class KeyHistory {

  /** Null before the first version. Volatile for safe publication. */
  private volatile @Nullable Version newest;

  /** The newest version, published or not; null before the first one. */
  @Nullable Version newest() {
    return newest;
  }

  /** Returns the newest version at or below a revision; null if there is none. */
  @Nullable Version at(long revision) {
    Version version = newest;
    while (version != null && version.revision > revision) {
      version = version.older;
    }
    return version;
  }

  /** Adds a version; returns its put count. */
  long put(long revision, Bytes value, long lease) {
    Version before = newest;
    long putCount = before == null ? 1 : before.putCount + 1;
    newest = new Version(revision, value, putCount, lease, before);
    return putCount;
  }

  void delete(long revision) {
    newest = new Version(revision, null, 0, Leases.NONE, newest);
  }

  /**
   * Frees the versions that no read at or above a revision needs.
   *
   * @return whether the key can be removed: it was deleted by that revision and not created since
   */
  boolean trim(long compacted) {
    Version above = null;
    Version version = newest;
    while (version != null && version.revision > compacted) {
      above = version;
      version = version.older;
    }
    if (version == null) {
      return false;
    }
    if (version.value != null) {
      version.older = null;
      return false;
    }
    if (above == null) {
      return true;
    }
    above.older = null;
    return false;
  }
}
