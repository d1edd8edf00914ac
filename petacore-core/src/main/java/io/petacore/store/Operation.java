package io.petacore.store;

import io.petacore.data.Bytes;
import java.util.List;

/** A step of a {@link Batch}. */
public sealed interface Operation {

  /** Sets a key; with a lease the key ends with it, {@link #NO_LEASE} for none. */
  record Put(Bytes key, Bytes value, long lease) implements Operation {
    /** A put without a lease. */
    public Put(Bytes key, Bytes value) {
      this(key, value, NO_LEASE);
    }
  }

  /** Removes a key; nothing where it is absent. */
  record Delete(Bytes key) implements Operation {}

  /**
   * A transaction inside the batch: its operations run if all its guards hold, and if those of
   * every group around it do.
   */
  record Group(List<Guard> guards, List<Operation> operations) implements Operation {}

  /** In {@link Put}: no lease. */
  long NO_LEASE = 0;
}
