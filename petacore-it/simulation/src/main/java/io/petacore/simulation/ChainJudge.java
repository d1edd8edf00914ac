package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.simulation.Claim.Attempt;
import io.petacore.simulation.Claim.Reported;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges transactions that ran on chains, where a transaction reads what is not committed yet, and
 * only the last write of each key reaches the store. Replayed one after another on the state before
 * the commit, the members must read what they have read and leave what the store has; what a member
 * has read below the others' writes must not have changed until then; and a run that was discarded
 * must have seen members' writes or the base, and nothing else.
 */
final class ChainJudge {

  private final TrueHistory truth;
  private final List<Claim> claims;
  private final Violations violations;

  ChainJudge(TrueHistory truth, List<Claim> claims, Violations violations) {
    this.truth = truth;
    this.claims = claims;
    this.violations = violations;
  }

  void judge() {
    chains(claims).forEach(this::judge);
  }

  /** The attempts on each chain, in order. */
  private static List<List<Attempt>> chains(List<Claim> claims) {
    IdentityHashMap<Object, List<Attempt>> chains = new IdentityHashMap<>();
    for (Claim claim : claims) {
      for (Attempt attempt : claim.attempts) {
        if (attempt.chain != null) {
          chains.computeIfAbsent(attempt.chain, chain -> new ArrayList<>()).add(attempt);
        }
      }
    }
    chains.values().forEach(chain -> chain.sort(Comparator.comparing(attempt -> attempt.order)));
    return List.copyOf(chains.values());
  }

  /** All attempts that were members of chains which the store has applied. */
  static Set<Attempt> applied(TrueHistory truth, List<Claim> claims) {
    Set<Attempt> applied = new HashSet<>();
    chains(claims).forEach(chain -> applied.addAll(appliedOf(chain, truth)));
    return applied;
  }

  /** What was reported, what has landed, and what any of these has read. */
  private static Set<Attempt> appliedOf(List<Attempt> chain, TrueHistory truth) {
    Set<Attempt> applied = new HashSet<>();
    Set<Tag> read = new HashSet<>();
    for (int i = chain.size() - 1; i >= 0; i--) {
      Attempt attempt = chain.get(i);
      if (isReported(attempt)
          || read.contains(attempt.tag)
          || !truth.landings(attempt.tag).isEmpty()) {
        applied.add(attempt);
        for (Bytes value : attempt.seen.values()) {
          Tag tag = value == null ? null : Tag.of(value);
          if (tag != null) {
            read.add(tag);
          }
        }
      }
    }
    return applied;
  }

  private void judge(List<Attempt> chain) {
    if (!chain.get(0).claim.node.missedNone()) {
      return;
    }
    long revision = 0;
    for (Attempt attempt : chain) {
      long reported = isReported(attempt) ? attempt.claim.revision() : landing(attempt);
      if (revision != 0 && reported != 0 && reported != revision) {
        violations.add(attempt.claim + ", but another of its chain at " + revision);
      }
      revision = Math.max(revision, reported);
    }
    Set<Attempt> applied = appliedOf(chain, truth);
    Map<Bytes, @Nullable Bytes> pending = new TreeMap<>();
    for (Attempt attempt : chain) {
      if (applied.contains(attempt)) {
        if (attempt.claim.reported() == Reported.FAILED) {
          violations.add(attempt.claim + ", but its chain was committed with it");
        }
        reads(attempt, pending, revision);
        pending.putAll(attempt.writes);
      } else {
        discarded(attempt, chain);
      }
    }
    if (revision != 0) {
      left(chain.get(0), pending, revision);
    } else {
      applied.stream().filter(this::isMissing).forEach(this::neverCommitted);
    }
  }

  /** The revision at which the store shows it; 0 if none. */
  private long landing(Attempt attempt) {
    List<Long> landings = truth.landings(attempt.tag);
    return landings.isEmpty() ? 0 : landings.get(0);
  }

  /** Whether it has tagged values, and none of them is in the store. */
  private boolean isMissing(Attempt attempt) {
    return attempt.writes.values().stream().anyMatch(Objects::nonNull)
        && truth.landings(attempt.tag).isEmpty();
  }

  private void neverCommitted(Attempt attempt) {
    violations.add(describe(attempt) + " was read on its chain, which was never committed");
  }

  private static boolean isReported(Attempt attempt) {
    return attempt.claim.reported() == Reported.COMMITTED && attempt.claim.last() == attempt;
  }

  /** A member has read what those before it had left, and below that what still was so. */
  private void reads(Attempt member, Map<Bytes, @Nullable Bytes> pending, long revision) {
    member.seen.forEach(
        (key, value) -> {
          boolean below = !pending.containsKey(key);
          Bytes expected = below ? truth.valueAt(key, member.snapshot, Set.of()) : pending.get(key);
          if (!Objects.equals(value, expected)) {
            violations.add(
                describe(member)
                    + " has read "
                    + key
                    + "="
                    + value
                    + " on its chain, where it was "
                    + expected);
          } else if (below && revision != 0 && hasChanged(key, member.snapshot, revision)) {
            violations.add(
                describe(member)
                    + " was committed at "
                    + revision
                    + ", although "
                    + key
                    + ", which it had read, had changed");
          }
        });
  }

  /** Whether a node has changed a key: not if it was absent, and is so again. */
  private boolean hasChanged(Bytes key, long after, long before) {
    boolean absent =
        truth.valueAt(key, after, Set.of()) == null
            && truth.valueAt(key, before - 1, Set.of()) == null;
    return !absent && truth.changeBetween(key, after, before) != 0;
  }

  private void left(Attempt first, Map<Bytes, @Nullable Bytes> pending, long revision) {
    pending.forEach(
        (key, value) -> {
          Bytes left = truth.valueAt(key, revision, Set.of());
          if (!Objects.equals(left, value)) {
            violations.add(
                "the chain of "
                    + describe(first)
                    + " has left "
                    + key
                    + "="
                    + left
                    + " at "
                    + revision
                    + " instead of "
                    + value);
          }
        });
  }

  private void discarded(Attempt run, List<Attempt> chain) {
    run.seen.forEach(
        (key, value) -> {
          boolean ofMember =
              chain.stream()
                  .anyMatch(
                      before ->
                          before.order < run.order
                              && before.writes.containsKey(key)
                              && Objects.equals(before.writes.get(key), value));
          if (!ofMember && !Objects.equals(truth.valueAt(key, run.snapshot, Set.of()), value)) {
            violations.add(
                describe(run)
                    + ", which was discarded, has read "
                    + key
                    + "="
                    + value
                    + ", which neither its chain nor its base has");
          }
        });
  }

  private static String describe(Attempt attempt) {
    return attempt.tag + " of " + attempt.claim + ", on the snapshot " + attempt.snapshot;
  }
}
