package io.petacore.bench.support.connection;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;

/** A namespace and its key ranges in the store. */
public final class Namespace {
  private final String name;
  private final Bytes prefix;

  /**
   * Creates a namespace.
   *
   * @param name the prefix of its keys; may be empty
   */
  public Namespace(String name) {
    this.name = name;
    this.prefix = Bytes.utf8(name);
  }

  /** The prefix of its keys; may be empty. */
  public String name() {
    return name;
  }

  /** All of its keys, including PetaCore's internal keys. */
  public KeyRange everything() {
    // Keys are not empty, so with an empty prefix the first possible key is 0x00.
    return KeyRange.prefix(prefix).startingAt(Bytes.of((byte) 0));
  }

  /** The application's keys: those whose first byte after the prefix is not {@code 0x00}. */
  public KeyRange applicationKeys() {
    return KeyRange.prefix(prefix).startingAt(prefix.concat(Bytes.of((byte) 1)));
  }

  /** The key of the commit record, which every commit overwrites. */
  public Bytes commitRecord() {
    return prefix.concat(Bytes.utf8("\0c"));
  }

  /** The key of the format marker, written when the namespace is first opened. */
  public Bytes format() {
    return prefix.concat(Bytes.utf8("\0f"));
  }

  @Override
  public String toString() {
    return name.isEmpty() ? "the empty namespace (every key)" : "namespace " + name;
  }
}
