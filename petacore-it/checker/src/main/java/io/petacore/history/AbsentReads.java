package io.petacore.history;

import io.petacore.history.KeyEvidence.Read;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds out which version of a register a read of absence has seen: the initial one, or that of a
 * delete. A version is left out only if a correct storage cannot have shown it, so what is left
 * proves as much as a value that was read.
 */
final class AbsentReads {

  private final KeyEvidence key;
  private final Evidence evidence;

  AbsentReads(KeyEvidence key, Evidence evidence) {
    this.key = key;
    this.evidence = evidence;
  }

  /**
   * Sets the possible versions of each read: the initial one, and what is left by each transaction
   * that may be committed and began before the reader ended. An absent key was not written by the
   * reader itself, or its own write would have been read.
   */
  void start() {
    List<Long> deletes = new ArrayList<>();
    key.writes()
        .forEach(
            (version, write) -> {
              if (write.delete()
                  && write.last()
                  && evidence.txn(write.txn()).outcome() != Outcome.FAIL) {
                deletes.add(version);
              }
            });
    if (!deletes.isEmpty()) {
      key.replaceReads(read -> isAbsent(read) ? read.of(possible(read.txn(), deletes)) : read);
    }
  }

  private static boolean isAbsent(Read read) {
    return read.seen().isEmpty() && read.external();
  }

  private List<Long> possible(int reader, List<Long> deletes) {
    List<Long> possible = new ArrayList<>();
    possible.add(KeyEvidence.INITIAL);
    for (long version : deletes) {
      KeyEvidence.Write write = key.writer(version);
      if (write != null
          && write.txn() != reader
          && !evidence.txn(reader).endsBefore(evidence.txn(write.txn()))) {
        possible.add(version);
      }
    }
    return possible;
  }

  /**
   * Leaves out the versions that the order excludes: a node shows no version before one that it has
   * shown or written, and a transaction reads no version after its own.
   *
   * @return whether the version of any further read is known now
   */
  boolean narrow(RegisterOrder order) {
    Map<String, List<Integer>> byNode = new HashMap<>();
    for (int txn : order.members()) {
      byNode.computeIfAbsent(evidence.txn(txn).node(), node -> new ArrayList<>()).add(txn);
    }
    boolean[] found = new boolean[1];
    key.replaceReads(
        read -> {
          if (read.version() != null) {
            return read;
          }
          Txn reader = evidence.txn(read.txn());
          List<Long> possible = new ArrayList<>(read.versions());
          for (int other : byNode.getOrDefault(reader.node(), List.of())) {
            if (evidence.txn(other).endsBefore(reader)) {
              long shown = order.last(other);
              possible.removeIf(version -> order.precedes(version, shown));
            } else if (reader.endsBefore(evidence.txn(other))) {
              long shown = order.first(other);
              possible.removeIf(version -> order.precedes(shown, version));
            }
          }
          Long own = order.firstWritten(read.txn());
          if (own != null) {
            possible.removeIf(version -> order.precedes(own, version));
          }
          if (possible.isEmpty()) {
            possible.add(KeyEvidence.INITIAL); // a contradiction, which the order then shows
          }
          found[0] |= possible.size() == 1;
          return read.of(possible);
        });
    return found[0];
  }
}
