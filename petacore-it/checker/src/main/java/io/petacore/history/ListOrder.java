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
 * The order of a list's elements is that of its longest read: a list is only ever appended to, so
 * whoever read less has read a beginning of it.
 *
 * <p>Committed elements that nobody has seen came after those that somebody has: at an earlier
 * place they would have been seen. That is how a lost append is found, which every later read
 * misses.
 */
final class ListOrder implements VersionOrder {

  /** More of them tell nothing more. */
  private static final int MAX_BRANCHES = 8;

  private final Map<Long, List<Long>> next = new HashMap<>();
  private final long last;
  private final List<Long> unseenFirst;

  /**
   * The reads of a list that contradict each other; if there is but one, the longest, all is well.
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

  /** Whoever has seen the last of a node's commits has seen the first, so the first is enough. */
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
  public List<Long> overwriters(long version) {
    return version == last ? unseenFirst : successors(version);
  }
}
