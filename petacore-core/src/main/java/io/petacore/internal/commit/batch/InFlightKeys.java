package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The keys that requests in flight write or guard, and the delete fences that they write. Requests
 * are disjoint in their keys; several may write the same fence.
 */
public final class InFlightKeys {

  private final Set<Bytes> keys = new HashSet<>();
  private final Map<Bytes, Integer> fences = new HashMap<>();
  private int requests;

  /**
   * Adds the keys of a request that is sent.
   *
   * @param touched the keys that it writes or guards
   * @param written the delete fences that it writes
   */
  public void add(Collection<Bytes> touched, Collection<Bytes> written) {
    requests++;
    keys.addAll(touched);
    written.forEach(fence -> fences.merge(fence, 1, Integer::sum));
  }

  /** Removes the keys of a request whose outcome is known. */
  public void remove(Collection<Bytes> touched, Collection<Bytes> written) {
    requests--;
    touched.forEach(keys::remove);
    written.forEach(fence -> fences.computeIfPresent(fence, (f, n) -> n == 1 ? null : n - 1));
  }

  /** Whether a request in flight touches one of the keys that are to be written. */
  boolean containsAnyOf(Collection<Write> writes) {
    if (keys.isEmpty()) {
      return false;
    }
    for (Write write : writes) {
      if (keys.contains(write.key())) {
        return true;
      }
    }
    return false;
  }

  /** Whether a request in flight touches something that a transaction has read. */
  boolean containsAnyOf(ReadSet reads) {
    return !keys.isEmpty() && reads.containsAny(keys);
  }

  /** Whether one of these keys is a fence that a request in flight writes. */
  boolean writesAny(Collection<Bytes> guarded) {
    if (fences.isEmpty()) {
      return false;
    }
    for (Bytes key : guarded) {
      if (fences.containsKey(key)) {
        return true;
      }
    }
    return false;
  }

  /** Whether no request is in flight; one that carries only a barrier touches no keys. */
  public boolean isEmpty() {
    return requests == 0;
  }
}
