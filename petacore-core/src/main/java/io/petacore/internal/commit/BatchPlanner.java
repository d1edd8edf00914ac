package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.internal.mvcc.AppliedState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides what leaves together as the next request. Without state of its own: from those who wait,
 * in the order of their arrival, and from what is in flight.
 *
 * <p>Members of a request touch disjoint keys. That is this class's duty alone: a server refuses
 * two puts of a key, but takes a put beside a delete, and two deletes, and lets both owners believe
 * that they won. Read Committed writes are an exception only in appearance: those of one key become
 * one write, the last.
 *
 * <p>Who touches a key in flight waits, reserving nothing, so that the others go on; but one that
 * was passed over for long is not passed any more by those who want the same keys.
 *
 * <p>A transaction with more guards than a group can hold goes alone, once nothing else is in
 * flight. Nobody younger is sent before it.
 */
final class BatchPlanner {

  private static final int PATIENCE = 16;
  private static final int MAX_SCAN = 8192;

  /** What a guard, an operation or a group costs beside its key and value. */
  private static final int STEP_BYTES = 32;

  /** What the commit record, the request's own guards and what it reads cost, and their keys. */
  private static final int FRAME_BYTES = 1024;

  private static final int FRAME_KEYS = 10;

  /**
   * A request to be.
   *
   * @param members the transactions that it carries
   * @param guarded what those with guards want, a group each
   * @param unguarded what those without guards write, one write for a key, the last
   * @param bumps the delete fences that are written
   * @param keys all keys of the application that it touches
   * @param whole whether its one member stands under the guards of the request, not of a group
   */
  record Plan(
      List<PendingCommit> members,
      List<CommitCheck.Result.Clear> guarded,
      Collection<Write> unguarded,
      Set<Bytes> bumps,
      Set<Bytes> keys,
      boolean whole) {

    boolean isEmpty() {
      return members.isEmpty();
    }
  }

  /**
   * A transaction whose outcome is known without a request; without outcome and failure it is that
   * its time is up.
   */
  record Judged(
      PendingCommit commit, @Nullable CommitOutcome outcome, @Nullable PetaCoreException failure) {}

  /**
   * What came of a round.
   *
   * @param plan the next request; empty if nobody can go
   * @param judged those who need no request
   */
  record Round(Plan plan, List<Judged> judged) {}

  private final Function<CommitRequest, CommitCheck.Result> check;
  private final int maxOperations;
  private final int maxBytes;
  private final int prefixBytes;

  /**
   * @param prefixBytes the length of the namespace, which each key carries
   */
  BatchPlanner(
      Function<CommitRequest, CommitCheck.Result> check,
      int maxOperations,
      int maxBytes,
      int prefixBytes) {
    this.check = check;
    this.maxOperations = maxOperations;
    this.maxBytes = maxBytes;
    this.prefixBytes = prefixBytes;
  }

  /**
   * Plans the next request.
   *
   * @param waiting in the order of their arrival
   * @param applied how far the cache has come: what was checked before counts no more
   */
  Round plan(Collection<PendingCommit> waiting, InFlightKeys inFlight, AppliedState applied) {
    Assembly assembly = new Assembly(inFlight, applied);
    int scanned = 0;
    for (PendingCommit commit : waiting) {
      if (++scanned > MAX_SCAN || !assembly.consider(commit)) {
        break;
      }
    }
    return new Round(assembly.plan(), assembly.judged);
  }

  /** A request being put together. */
  private final class Assembly {
    private final InFlightKeys inFlight;
    private final AppliedState applied;
    private final List<Judged> judged = new ArrayList<>();
    private final List<PendingCommit> members = new ArrayList<>();
    private final List<CommitCheck.Result.Clear> guarded = new ArrayList<>();
    private final Map<Bytes, Write> unguarded = new LinkedHashMap<>();
    private final Set<Bytes> bumps = new LinkedHashSet<>();
    private final Set<Bytes> guardedKeys = new HashSet<>();
    private final Set<Bytes> reserved = new HashSet<>();
    private int width;
    private long bytes = frameBytes();
    private int companyLimit = Integer.MAX_VALUE;
    private boolean whole;

    Assembly(InFlightKeys inFlight, AppliedState applied) {
      this.inFlight = inFlight;
      this.applied = applied;
    }

    /** Takes a transaction, leaves it waiting, or judges it; false if nobody younger may go. */
    boolean consider(PendingCommit commit) {
      if (isBlocked(commit)) {
        passOver(commit);
        return true;
      }
      if (commit.request().deadline().hasPassed()) {
        judged.add(new Judged(commit, null, null)); // sent now, its outcome could only be unknown
        return true;
      }
      CommitCheck.Result.Clear clear = clear(commit);
      if (clear == null) {
        return true;
      }
      if (clear.writes().isEmpty()) {
        AppliedState at = clear.at();
        judged.add(
            new Judged(commit, new CommitOutcome.Committed(at.revision(), at.timestamp()), null));
        return true;
      }
      if (inFlight.bumpsAny(clear.guards().keySet())) {
        passOver(commit);
        return true;
      }
      if (commit.request().isGuarded() && needsTheWhole(clear)) {
        return takeWhole(commit, clear);
      }
      return take(commit, clear);
    }

    private boolean isBlocked(PendingCommit commit) {
      Collection<Write> writes = commit.request().writes();
      if (inFlight.touches(writes)) {
        return true;
      }
      boolean alone = commit.request().isGuarded();
      for (Write write : writes) {
        Bytes key = write.key();
        if (reserved.contains(key)
            || guardedKeys.contains(key)
            || (alone && unguarded.containsKey(key))) {
          return true;
        }
      }
      return false;
    }

    private void passOver(PendingCommit commit) {
      if (commit.passOver() >= PATIENCE) {
        commit.request().writes().forEach(write -> reserved.add(write.key()));
      }
    }

    /**
     * What the check finds; null if the transaction was judged by it. It is made again if anything
     * was applied since it was made last: most conflicts that showed meanwhile then need not
     * travel, and the one guard of a transaction that goes alone says nothing of what was applied
     * before.
     */
    private CommitCheck.Result.@Nullable Clear clear(PendingCommit commit) {
      CommitCheck.Result.Clear known = commit.clear();
      boolean counts =
          known != null
              && (known.at().timestamp() >= applied.timestamp() || !commit.request().isGuarded());
      if (counts) {
        return known;
      }
      try {
        CommitCheck.Result result = check.apply(commit.request());
        if (result instanceof CommitCheck.Result.Conflicting conflict) {
          judged.add(new Judged(commit, new CommitOutcome.Conflict(conflict.key()), null));
          return null;
        }
        CommitCheck.Result.Clear clear = (CommitCheck.Result.Clear) result;
        commit.cleared(clear);
        return clear;
      } catch (PetaCoreException refused) {
        judged.add(new Judged(commit, null, refused));
        return null;
      }
    }

    /**
     * Whether it has more guards or writes than fit in a group beside the record and the fences.
     */
    private boolean needsTheWhole(CommitCheck.Result.Clear clear) {
      return !BatchShape.EMPTY
          .plus(1, leafOf(clear))
          .plusDivided(clear.bumps().size(), maxOperations)
          .fits(maxOperations);
    }

    private boolean takeWhole(PendingCommit commit, CommitCheck.Result.Clear clear) {
      int operations = clear.writes().size();
      BatchShape shape =
          BatchShape.WHOLE
              .plusDivided(operations, maxOperations)
              .plusDivided(clear.bumps().size(), maxOperations);
      long size =
          frameBytes()
              + bytesOf(clear.writes())
              + bytesOfKeys(clear.bumps())
              + bytesOfGroups(shape);
      if (!shape.fits(maxOperations) || size > maxBytes) {
        judged.add(new Judged(commit, null, tooLarge(operations, size)));
        return true;
      }
      if (members.isEmpty() && inFlight.isEmpty()) {
        whole = true;
        members.add(commit);
        clear.writes().forEach(write -> unguarded.put(write.key(), write));
        bumps.addAll(clear.bumps());
        // Touched even where nothing is written: a deletion of an absent key is a claim too.
        commit.request().writes().forEach(write -> guardedKeys.add(write.key()));
      }
      return false;
    }

    private boolean take(PendingCommit commit, CommitCheck.Result.Clear clear) {
      boolean hasGuards = commit.request().isGuarded();
      int newWidth = hasGuards ? Math.max(width, leafOf(clear)) : width;
      BatchShape shape =
          BatchShape.EMPTY
              .plus(guarded.size() + (hasGuards ? 1 : 0), newWidth)
              .plusDivided(unguarded.size() + (hasGuards ? 0 : countNew(clear)), maxOperations)
              .plusDivided(bumps.size() + countNewBumps(clear), maxOperations);
      long newBytes =
          bytes
              + bytesOf(clear.writes())
              + bytesOfKeys(clear.bumps())
              + bytesOfKeys(clear.guards().keySet());
      long size = newBytes + bytesOfGroups(shape);
      boolean fits =
          size <= maxBytes
              && shape.fits(maxOperations)
              && members.size() < Math.min(companyLimit, commit.companyLimit());
      if (!fits) {
        if (members.isEmpty()) {
          judged.add(new Judged(commit, null, tooLarge(clear.writes().size(), size)));
          return true;
        }
        return false;
      }
      members.add(commit);
      companyLimit = Math.min(companyLimit, commit.companyLimit());
      width = newWidth;
      bytes = newBytes;
      bumps.addAll(clear.bumps());
      if (hasGuards) {
        guarded.add(clear);
        commit.request().writes().forEach(write -> guardedKeys.add(write.key()));
      } else {
        clear.writes().forEach(write -> unguarded.put(write.key(), write));
      }
      return true;
    }

    private int countNew(CommitCheck.Result.Clear clear) {
      int count = 0;
      for (Write write : clear.writes()) {
        count += unguarded.containsKey(write.key()) ? 0 : 1;
      }
      return count;
    }

    private int countNewBumps(CommitCheck.Result.Clear clear) {
      int count = 0;
      for (Bytes fence : clear.bumps()) {
        count += bumps.contains(fence) ? 0 : 1;
      }
      return count;
    }

    Plan plan() {
      Set<Bytes> keys = new HashSet<>(guardedKeys);
      keys.addAll(unguarded.keySet());
      return new Plan(members, guarded, List.copyOf(unguarded.values()), bumps, keys, whole);
    }
  }

  private static int leafOf(CommitCheck.Result.Clear clear) {
    return Math.max(clear.guards().size(), clear.writes().size());
  }

  private long frameBytes() {
    return FRAME_BYTES + (long) FRAME_KEYS * prefixBytes;
  }

  private long bytesOfGroups(BatchShape shape) {
    return (long) STEP_BYTES * shape.groups(maxOperations);
  }

  private long bytesOf(Collection<Write> writes) {
    long sum = 0;
    for (Write write : writes) {
      Bytes value = write.value();
      sum += STEP_BYTES + prefixBytes + write.key().length() + (value == null ? 0 : value.length());
    }
    return sum;
  }

  private long bytesOfKeys(Collection<Bytes> keys) {
    long sum = 0;
    for (Bytes key : keys) {
      sum += STEP_BYTES + prefixBytes + key.length();
    }
    return sum;
  }

  private PetaCoreException tooLarge(int operations, long size) {
    return new TransactionTooLargeException(
        "the transaction has "
            + operations
            + " writes in "
            + size
            + " bytes; one request carries at most "
            + maxOperations
            + " operations a level and "
            + maxBytes
            + " bytes: split it");
  }
}
