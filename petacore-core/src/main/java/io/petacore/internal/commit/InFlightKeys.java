package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What requests in flight touch: the keys they write or guard, and the delete fences they write.
 * The requests are disjoint in their keys; of fences, several may write the same.
 */
final class InFlightKeys {

  private final Set<Bytes> keys = new HashSet<>();
  private final Map<Bytes, Integer> bumps = new HashMap<>();

  void add(Collection<Bytes> touched, Collection<Bytes> fences) {
    keys.addAll(touched);
    fences.forEach(fence -> bumps.merge(fence, 1, Integer::sum));
  }

  void remove(Collection<Bytes> touched, Collection<Bytes> fences) {
    touched.forEach(keys::remove);
    fences.forEach(fence -> bumps.computeIfPresent(fence, (f, n) -> n == 1 ? null : n - 1));
  }

  boolean touches(Collection<Write> writes) {
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

  /** Whether one of these keys is a fence that a request in flight writes. */
  boolean bumpsAny(Collection<Bytes> guarded) {
    if (bumps.isEmpty()) {
      return false;
    }
    for (Bytes key : guarded) {
      if (bumps.containsKey(key)) {
        return true;
      }
    }
    return false;
  }

  boolean isEmpty() {
    return keys.isEmpty() && bumps.isEmpty();
  }
}
