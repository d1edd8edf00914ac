package io.petacore.bench.support.connection;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;

/**
 * A namespace as it lies in the store: which whole keys are its application's, and which its own.
 */
public final class Namespace {
  private final String name;
  private final Bytes prefix;

  /** The namespace of a name, which is the prefix of its keys; may be empty. */
  public Namespace(String name) {
    this.name = name;
    this.prefix = Bytes.utf8(name);
  }

  /** As a storage wants it. */
  public String name() {
    return name;
  }

  /** Everything in it, PetaCore's own keys included. */
  public KeyRange everything() {
    // No store has an empty key; from 0x00 on is the same, and says so.
    return KeyRange.prefix(prefix).startingAt(Bytes.of((byte) 0));
  }

  /** The application's keys: all but the bare prefix and those whose next byte is {@code 0x00}. */
  public KeyRange applicationKeys() {
    return KeyRange.prefix(prefix).startingAt(prefix.concat(Bytes.of((byte) 1)));
  }

  /** The application's keys that begin with a prefix of theirs. */
  public KeyRange applicationKeys(Bytes keyPrefix) {
    return keyPrefix.isEmpty() ? applicationKeys() : KeyRange.prefix(prefix.concat(keyPrefix));
  }

  /** The key of the commit record, which every commit rewrites. */
  public Bytes commitRecord() {
    return prefix.concat(Bytes.utf8("\0c"));
  }

  /** The key that says which format the namespace is in, written when it was first opened. */
  public Bytes format() {
    return prefix.concat(Bytes.utf8("\0f"));
  }

  /** A whole key as the application knows it. */
  public Bytes inside(Bytes wholeKey) {
    return wholeKey.substring(prefix.length());
  }

  @Override
  public String toString() {
    return name.isEmpty() ? "the empty namespace (every key)" : "namespace " + name;
  }
}
