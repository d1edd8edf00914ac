package io.petacore.store;

import io.petacore.data.Bytes;
import java.util.List;

/** A step of a {@link Batch}. */
public sealed interface Operation {

  /**
   * Puts a key, attached to a lease or to {@link #NO_LEASE}.
   *
   * @param key the key, namespace included; not empty
   * @param value the value; may be empty
   * @param lease the ID of a granted lease, or {@link #NO_LEASE}; replaces the key's former lease
   */
  record Put(Bytes key, Bytes value, long lease) implements Operation {
    /**
     * Creates a put without a lease.
     *
     * @param key the key, namespace included; not empty
     * @param value the value; may be empty
     */
    public Put(Bytes key, Bytes value) {
      this(key, value, NO_LEASE);
    }
  }

  /**
   * Deletes a key; has no effect if the key is absent.
   *
   * @param key the key, namespace included; not empty
   */
  record Delete(Bytes key) implements Operation {}

  /**
   * A nested transaction: its operations run if all its guards and those of every enclosing group
   * hold.
   *
   * @param guards the conditions of this group; empty if it runs with the enclosing one
   * @param operations the operations to run, which may be groups
   */
  record Group(List<Guard> guards, List<Operation> operations) implements Operation {}

  /** The value of {@link Put#lease} for no lease. */
  long NO_LEASE = 0;
}
