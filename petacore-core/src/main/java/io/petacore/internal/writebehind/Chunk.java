package io.petacore.internal.writebehind;

import io.petacore.transaction.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The writes that one transaction carries, each key once. Used by one thread at a time. */
final class Chunk {

  /** A larger transaction would delay other commits for too long. */
  static final int MAX_WRITES = 4_096;

  /** Bytes of an operation beside its key and value, estimated. */
  private static final int OPERATION_BYTES = 48;

  private final int prefixBytes;
  private final long maxBytes;
  private final boolean part;
  private final List<BufferedWrite> writes = new ArrayList<>();
  private final Map<BufferedWrite, RuntimeException> refused = new LinkedHashMap<>();
  private long bytes;

  /**
   * @param prefixBytes the length of the namespace's prefix, which each key has
   * @param maxBytes about how many bytes a request can carry
   */
  Chunk(int prefixBytes, long maxBytes) {
    this(prefixBytes, maxBytes, false);
  }

  private Chunk(int prefixBytes, long maxBytes, boolean part) {
    this.prefixBytes = prefixBytes;
    this.maxBytes = maxBytes;
    this.part = part;
  }

  /** Whether it is a part of one that was sent before. */
  boolean isPart() {
    return part;
  }

  /** Adds a write if it fits; the first one does. */
  boolean add(BufferedWrite write) {
    var value = write.value();
    long size =
        OPERATION_BYTES
            + prefixBytes
            + (long) write.key().length()
            + (value == null ? 0 : value.length());
    if (!writes.isEmpty() && (writes.size() == MAX_WRITES || bytes + size > maxBytes)) {
      return false;
    }
    writes.add(write);
    bytes += size;
    return true;
  }

  /** The writes, as they are now. */
  List<BufferedWrite> writes() {
    return List.copyOf(writes);
  }

  int size() {
    return writes.size();
  }

  boolean isEmpty() {
    return writes.isEmpty();
  }

  /** About how many bytes a request with it has. */
  long bytes() {
    return bytes;
  }

  void removeIf(Predicate<BufferedWrite> unwanted) {
    writes.removeIf(unwanted);
  }

  /** The body of its transaction, which may run more than once. */
  void write(Transaction tx) {
    refused.clear();
    for (BufferedWrite write : writes) {
      var value = write.value();
      try {
        if (value == null) {
          tx.delete(write.key());
        } else {
          tx.write(write.key(), value);
        }
      } catch (IllegalArgumentException tooLong) {
        // A key that may only be overwritten was deleted since the write was taken.
        refused.put(write, tooLong);
      }
    }
  }

  /** Takes out the writes that the transaction has refused, with the reasons. */
  Map<BufferedWrite, RuntimeException> takeRefused() {
    Map<BufferedWrite, RuntimeException> taken = new LinkedHashMap<>(refused);
    writes.removeIf(taken::containsKey);
    refused.clear();
    return taken;
  }

  /** Divides it into two, neither of which is empty. */
  List<Chunk> halves() {
    assert writes.size() > 1 : "nothing to divide";
    int half = writes.size() / 2;
    return List.of(part(0, half), part(half, writes.size()));
  }

  /** A part with all writes but one. */
  Chunk without(BufferedWrite left) {
    Chunk part = part(0, writes.size());
    part.removeIf(write -> write == left);
    return part;
  }

  private Chunk part(int from, int to) {
    Chunk part = new Chunk(prefixBytes, Long.MAX_VALUE, true);
    writes.subList(from, to).forEach(part::add);
    return part;
  }
}
