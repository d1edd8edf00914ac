package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one key, newest first. Changed under the store's lock only; read by any thread
 * without it.
 */
final class KeyHistory {

  /** Null only before the first version. Volatile: what it points to is seen whole. */
  private volatile @Nullable Version newest;

  /** The newest version, whether its revision is published or not. */
  @Nullable Version newest() {
    return newest;
  }

  /** The version that a revision shows; null if the key had none by then. */
  @Nullable Version at(long revision) {
    Version version = newest;
    while (version != null && version.revision > revision) {
      version = version.older;
    }
    return version;
  }

  /** Adds a version; returns its number since the key was created. */
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
   * Lets go of what no read at or above a revision can see.
   *
   * @return whether nothing is left: the key was deleted by then and not created since
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
