package io.petacore.history;

import io.petacore.history.KeyEvidence.Read;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The version order of a list is that of its longest read: a list is only appended to, so every
 * shorter read is a prefix of it.
 *
 * <p>Committed elements that no read contains come after the ones that some read contains, since in
 * an earlier position they would have been read. This finds a lost append, which every later read
 * misses.
 */
final class ListOrder implements VersionOrder {

  /** More branches give no further information. */
  private static final int MAX_BRANCHES = 8;

  private final Map<Long, List<Long>> next = new HashMap<>();
  private final long last;
  private final List<Long> unseenFirst;

  /**
   * Returns the reads of a list that contradict each other. A single element, the longest read,
   * means that there is no contradiction.
   */
  static List<Read> branches(KeyEvidence key) {
    List<Read> branches = new ArrayList<>();
    List<Read> longestFirst = new ArrayList<>(key.reads());
    longestFirst.sort(Comparator.comparingInt((Read read) -> read.seen().size()).reversed());
    for (Read read : longestFirst) {
      if (branches.size() < MAX_BRANCHES
          && branches.stream().noneMatch(branch -> isBeginning(read.seen(), branch.seen()))) {
        branches.add(read);
      }
    }
    return branches;
  }

  private static boolean isBeginning(List<Long> list, List<Long> longer) {
    return longer.subList(0, list.size()).equals(list);
  }

  ListOrder(KeyEvidence key, List<Long> longest, Evidence evidence) {
    long previous = KeyEvidence.INITIAL;
    for (long value : longest) {
      KeyEvidence.Write write = key.writer(value);
      if (write != null && evidence.isCommitted(write.txn())) {
        next.put(previous, List.of(value));
        previous = value;
      }
    }
    last = previous;
    Set<Long> seen = new HashSet<>(longest);
    List<Long> unseen = new ArrayList<>();
    key.writes()
        .forEach(
            (value, write) -> {
              if (!seen.contains(value) && evidence.isCommitted(write.txn())) {
                unseen.add(value);
              }
            });
    next.put(last, unseen);
    unseenFirst = firstOfEachNode(key, unseen, evidence);
  }

  /**
   * Returns the first element of each node: a read that contains a later commit of a node contains
   * the first one, too.
   */
  private static List<Long> firstOfEachNode(KeyEvidence key, List<Long> values, Evidence evidence) {
    Map<String, Long> first = new HashMap<>();
    for (long value : values) {
      first.merge(
          evidence.writer(key, value).node(),
          value,
          (a, b) ->
              evidence.writer(key, b).completed() < evidence.writer(key, a).completed() ? b : a);
    }
    return List.copyOf(first.values());
  }

  @Override
  public List<Long> successors(long version) {
    return next.getOrDefault(version, List.of());
  }

  @Override
  public List<Long> overwriters(List<Long> versions) {
    long version = versions.get(0); // no list is deleted
    return version == last ? unseenFirst : successors(version);
  }
}
