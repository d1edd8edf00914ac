package io.petacore.internal.commit.batch;

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
 * Chooses the members of the next batch, from the pending commits in the order of their arrival and
 * the keys in flight. Has no state, and changes nothing: what it has found out about commits is in
 * its {@link Round}, for the caller to record.
 *
 * <p><b>Members of a batch write disjoint keys.</b> That is this class's duty alone: a server
 * refuses two puts of a key, but takes a put beside a delete, and two deletes, and would report
 * both as committed. Read Committed writes are no exception: those of one key become one write, the
 * last.
 *
 * <p>A commit that touches a key in flight waits and reserves nothing, so that others can be sent;
 * but once it was passed over {@value #MAX_PASSED_OVER} times, it keeps younger ones from its keys.
 *
 * <p><b>No member writes what another has read</b> and wants unchanged: all guards of a batch are
 * judged before any of it writes, so both would pass. Read Committed members are no exception here
 * either.
 *
 * <p>A large transaction, with more guards or writes than a group can hold, is sent alone, once
 * nothing else is in flight. No younger commit is sent before it, nor a barrier.
 */
public final class BatchPlanner {

  private static final int MAX_PASSED_OVER = 16;
  private static final int MAX_SCAN = 8192;

  /**
   * A batch to be sent.
   *
   * @param members the transactions that it carries, in the order of arrival
   * @param guarded the check results of those with guards, a group each
   * @param unguarded the writes of those without guards, one for each key
   * @param deleteFences the delete fences that are written
   * @param keys all keys of the application that are written or guarded
   * @param large whether its one member has guards of the request, instead of a group's or beside
   *     them
   * @param bytes the size of the keys and values that it carries
   * @param barrier whether it has an empty member, which costs no operation and has no key
   */
  public record Plan(
      List<PendingCommit> members,
      List<CommitCheck.Result.Clear> guarded,
      Collection<Write> unguarded,
      Set<Bytes> deleteFences,
      Set<Bytes> keys,
      boolean large,
      long bytes,
      boolean barrier) {

    /** Whether nothing can be sent. */
    public boolean isEmpty() {
      return members.isEmpty() && !barrier;
    }

    /** Whether a member has a group of its own, whose guards may fail while others' hold. */
    public boolean isInGroup(PendingCommit member) {
      return member.request().isGuarded() && !guarded.isEmpty();
    }
  }

  /**
   * A transaction that needs no request. If it has neither an outcome nor a failure, its deadline
   * has passed.
   *
   * @param commit the transaction
   * @param outcome its outcome; null if there is none
   * @param failure what it fails with; null if it does not
   */
  public record Decision(
      PendingCommit commit, @Nullable CommitOutcome outcome, @Nullable PetaCoreException failure) {}

  /**
   * The result of a round of planning.
   *
   * @param plan the next batch; empty if nothing can be sent
   * @param decided the transactions that need no request
   * @param checked the transactions that were checked again, with the result
   * @param passedOver the transactions that have to wait while younger ones may be sent
   */
  public record Round(
      Plan plan,
      List<Decision> decided,
      Map<PendingCommit, CommitCheck.Result.Clear> checked,
      List<PendingCommit> passedOver) {

    /** Records in the transactions what was found out about them. */
    public void record() {
      checked.forEach(PendingCommit::checked);
      passedOver.forEach(PendingCommit::passOver);
    }
  }

  private final Function<CommitRequest, CommitCheck.Result> check;
  private final int maxOperations;
  private final int maxBytes;
  private final RequestSizes sizes;

  /**
   * @param check checks a transaction
   * @param maxOperations the most operations that the store takes at one level of nesting
   * @param maxBytes the most bytes that the store takes in a request
   * @param prefixBytes the length of the namespace's prefix, which each key has
   */
  public BatchPlanner(
      Function<CommitRequest, CommitCheck.Result> check,
      int maxOperations,
      int maxBytes,
      int prefixBytes) {
    this.check = check;
    this.maxOperations = maxOperations;
    this.maxBytes = maxBytes;
    this.sizes = new RequestSizes(prefixBytes);
  }

  /**
   * Plans the next batch.
   *
   * @param pending the pending commits, in the order of arrival
   * @param inFlight the keys that requests in flight touch
   * @param applied the applied state: earlier checks are made again
   * @param barrier whether an empty member is to be sent
   */
  public Round plan(
      Collection<PendingCommit> pending,
      InFlightKeys inFlight,
      AppliedState applied,
      boolean barrier) {
    Assembly assembly = new Assembly(inFlight, applied);
    int scanned = 0;
    for (PendingCommit commit : pending) {
      if (++scanned > MAX_SCAN || !assembly.consider(commit)) {
        break;
      }
    }
    return new Round(
        assembly.plan(barrier), assembly.decided, assembly.checked, assembly.passedOver);
  }

  /** A batch being put together. */
  private final class Assembly {
    private final InFlightKeys inFlight;
    private final AppliedState applied;
    private final List<Decision> decided = new ArrayList<>();
    private final Map<PendingCommit, CommitCheck.Result.Clear> checked = new LinkedHashMap<>();
    private final List<PendingCommit> passedOver = new ArrayList<>();
    private final List<PendingCommit> members = new ArrayList<>();
    private final List<CommitCheck.Result.Clear> groups = new ArrayList<>();
    private final AccessedKeys guarded = new AccessedKeys();
    private final Map<Bytes, Write> unguarded = new LinkedHashMap<>();
    private final Set<Bytes> deleteFences = new LinkedHashSet<>();
    private final AccessedKeys reserved = new AccessedKeys();
    private int width;
    private long bytes = sizes.ofFrame();
    private int maxBatchSize = Integer.MAX_VALUE;
    private boolean large;
    private boolean largeWaits;

    Assembly(InFlightKeys inFlight, AppliedState applied) {
      this.inFlight = inFlight;
      this.applied = applied;
    }

    /** Adds a commit, decides it, or has it wait; false if no younger one may be sent. */
    boolean consider(PendingCommit commit) {
      if (isBlocked(commit)) {
        passOver(commit);
        return true;
      }
      if (commit.request().deadline().hasPassed()) {
        decided.add(new Decision(commit, null, null)); // sent now, it could end unknown
        return true;
      }
      CommitCheck.Result.Clear known = commit.clear();
      if (known != null && known.whole() && !isFirst()) {
        largeWaits = members.isEmpty(); // the check, which may take long, is made when it is sent
        return false;
      }
      CommitCheck.Result.Clear clear = clear(commit);
      if (clear == null) {
        return true;
      }
      if (clear.writes().isEmpty()) {
        decided.add(new Decision(commit, CommitOutcome.Committed.at(clear.at()), null));
        return true;
      }
      if (inFlight.writesAny(clear.guards().keySet())) {
        passOver(commit);
        return true;
      }
      if (commit.request().isGuarded() && (clear.whole() || isLarge(clear))) {
        return addLarge(commit, clear.asWhole());
      }
      return add(commit, clear);
    }

    private boolean isFirst() {
      return members.isEmpty() && inFlight.isEmpty();
    }

    private boolean isBlocked(PendingCommit commit) {
      CommitRequest request = commit.request();
      if (inFlight.containsAnyOf(request.writes())) {
        return true;
      }
      boolean alone = request.isGuarded();
      for (Write write : request.writes()) {
        Bytes key = write.key();
        if (reserved.contains(key)
            || guarded.contains(key)
            || (alone && unguarded.containsKey(key))) {
          return true;
        }
      }
      ReadSet reads = request.reads();
      return reads != null
          && (inFlight.containsAnyOf(reads)
              || reserved.writesAnyOf(reads)
              || guarded.writesAnyOf(reads)
              || reads.containsAny(unguarded.keySet()));
    }

    private void passOver(PendingCommit commit) {
      passedOver.add(commit);
      if (commit.timesPassedOver() + 1 >= MAX_PASSED_OVER) {
        reserved.add(commit.request());
      }
    }

    /**
     * The result of the check; null if it has decided the transaction. The check is made again if
     * anything was applied since the last: most conflicts that have shown since then need no
     * request, and the one guard of a large transaction says nothing of what was applied before.
     */
    private CommitCheck.Result.@Nullable Clear clear(PendingCommit commit) {
      CommitCheck.Result.Clear known = commit.clear();
      boolean current =
          known != null
              && (known.at().timestamp() >= applied.timestamp() || !commit.request().isGuarded());
      if (current) {
        return known;
      }
      try {
        CommitCheck.Result result = check.apply(commit.request());
        if (result instanceof CommitCheck.Result.Conflict conflict) {
          decided.add(new Decision(commit, new CommitOutcome.Conflict(conflict.key()), null));
          return null;
        }
        CommitCheck.Result.Clear clear = (CommitCheck.Result.Clear) result;
        checked.put(commit, clear);
        return clear;
      } catch (PetaCoreException refused) {
        decided.add(new Decision(commit, null, refused));
        return null;
      }
    }

    /** Whether it has more guards or writes than fit in a group beside record and fences. */
    private boolean isLarge(CommitCheck.Result.Clear clear) {
      return !BatchShape.EMPTY
          .plus(1, clear.width())
          .plusDivided(clear.deleteFences().size(), maxOperations)
          .fits(maxOperations);
    }

    private boolean addLarge(PendingCommit commit, CommitCheck.Result.Clear clear) {
      int operations = clear.writes().size();
      boolean inGroup = !isLarge(clear); // what it writes is guarded against foreign programs, too
      BatchShape shape =
          (inGroup
                  ? BatchShape.LARGE.plus(1, clear.width())
                  : BatchShape.LARGE.plusDivided(operations, maxOperations))
              .plusDivided(clear.deleteFences().size(), maxOperations);
      long size =
          sizes.ofFrame()
              + sizes.ofWrites(clear.writes())
              + sizes.ofKeys(clear.deleteFences())
              + (inGroup ? sizes.ofKeys(clear.guards().keySet()) : 0)
              + sizes.ofGroups(shape.groups(maxOperations));
      if (!shape.fits(maxOperations) || size > maxBytes) {
        decided.add(new Decision(commit, null, tooLarge(operations, size)));
        return true;
      }
      if (isFirst()) {
        large = true;
        members.add(commit);
        if (inGroup) {
          groups.add(clear);
        } else {
          clear.writes().forEach(write -> unguarded.put(write.key(), write));
        }
        deleteFences.addAll(clear.deleteFences());
        // All of its keys, written or not: a delete of an absent key guards that key.
        guarded.add(commit.request());
      } else {
        largeWaits = members.isEmpty();
      }
      return false;
    }

    private boolean add(PendingCommit commit, CommitCheck.Result.Clear clear) {
      boolean hasGuards = commit.request().isGuarded();
      int newWidth = hasGuards ? Math.max(width, clear.width()) : width;
      BatchShape shape =
          BatchShape.EMPTY
              .plus(groups.size() + (hasGuards ? 1 : 0), newWidth)
              .plusDivided(unguarded.size() + (hasGuards ? 0 : countNewKeys(clear)), maxOperations)
              .plusDivided(deleteFences.size() + countNewFences(clear), maxOperations);
      long newBytes =
          bytes
              + sizes.ofWrites(clear.writes())
              + sizes.ofKeys(clear.deleteFences())
              + sizes.ofKeys(clear.guards().keySet())
              + sizes.ofKeys(clear.readGuards().keySet())
              + sizes.ofRanges(clear.ranges());
      long size = newBytes + sizes.ofGroups(shape.groups(maxOperations));
      boolean fits =
          size <= maxBytes
              && shape.fits(maxOperations)
              && members.size() < Math.min(maxBatchSize, commit.maxBatchSize());
      if (!fits) {
        if (members.isEmpty() && clear.hasReads()) {
          return addLarge(commit, clear.asWhole());
        }
        if (members.isEmpty()) {
          decided.add(new Decision(commit, null, tooLarge(clear.writes().size(), size)));
          return true;
        }
        return false;
      }
      members.add(commit);
      maxBatchSize = Math.min(maxBatchSize, commit.maxBatchSize());
      width = newWidth;
      bytes = newBytes;
      deleteFences.addAll(clear.deleteFences());
      if (hasGuards) {
        groups.add(clear);
        guarded.add(commit.request());
      } else {
        clear.writes().forEach(write -> unguarded.put(write.key(), write));
      }
      return true;
    }

    private int countNewKeys(CommitCheck.Result.Clear clear) {
      return (int)
          clear.writes().stream().filter(write -> !unguarded.containsKey(write.key())).count();
    }

    private int countNewFences(CommitCheck.Result.Clear clear) {
      return (int)
          clear.deleteFences().stream().filter(fence -> !deleteFences.contains(fence)).count();
    }

    /** An empty member alone would keep a large transaction waiting until nothing is in flight. */
    Plan plan(boolean barrier) {
      Set<Bytes> keys = new HashSet<>(guarded.written());
      keys.addAll(unguarded.keySet());
      return new Plan(
          members,
          groups,
          List.copyOf(unguarded.values()),
          deleteFences,
          keys,
          large,
          bytes,
          barrier && !largeWaits);
    }
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
