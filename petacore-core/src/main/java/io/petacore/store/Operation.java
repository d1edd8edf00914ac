package io.petacore.store;

import io.petacore.data.Bytes;
import java.util.List;

/** A step of a {@link Batch}. */
public sealed interface Operation {

  /** Puts a key, attached to a lease or to {@link #NO_LEASE}. */
  record Put(Bytes key, Bytes value, long lease) implements Operation {
    /** A put without a lease. */
    public Put(Bytes key, Bytes value) {
      this(key, value, NO_LEASE);
    }
  }

  /** Deletes a key; has no effect if the key is absent. */
  record Delete(Bytes key) implements Operation {}

  /**
   * A nested transaction: its operations run if all its guards and those of every enclosing group
   * hold.
   */
  record Group(List<Guard> guards, List<Operation> operations) implements Operation {}

  /** The value of {@link Put#lease} for no lease. */
  long NO_LEASE = 0;
}
