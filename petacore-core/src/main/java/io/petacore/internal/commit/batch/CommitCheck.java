package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.format.DeleteFences;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks a transaction against the cache, and finds the guards under which the store may apply it.
 *
 * <p><b>Why the guards suffice.</b> Let S be the snapshot and A the applied revision at which this
 * check is made. No key written has a version in (S, A]: that is looked up here. For what comes
 * after A:
 *
 * <ul>
 *   <li>A key present in the snapshot is guarded by the mod revision it has there. Mod revisions
 *       only rise and never come back, so any write or delete since makes the guard fail.
 *   <li>A key absent in the snapshot is guarded by mod revision 0, which misses a key created and
 *       deleted again. But every delete of PetaCore writes the fence of the key's bucket; so the
 *       fence, too, must have the mod revision that it has at A. Key and fence are read at the same
 *       A: a delete up to A shows in the versions of the key, one after A in the fence. Where a
 *       load jumped over revisions in (S, A], a key may have come and gone without a version: there
 *       the fence must not have moved since S.
 * </ul>
 *
 * <p>The cache may free history meanwhile, so the horizon is compared last.
 */
public final class CommitCheck {

  /** The result of a check. */
  public sealed interface Result {

    /**
     * Another commit has changed a key since the snapshot.
     *
     * @param key the key
     */
    record Conflict(Bytes key) implements Result {}

    /**
     * No conflict: the transaction may be sent, under guards.
     *
     * @param guards mod revisions by key, of keys written, delete fences included
     * @param readGuards the same of other keys, that were read
     * @param ranges ranges in which no key may have been written since
     * @param writes the writes that change something: a delete of an absent key is only a guard
     * @param deleteFences the delete fences that its deletes write
     * @param whole whether the guards do not suffice: no node may commit before it
     * @param at the state at which it was checked
     */
    record Clear(
        Map<Bytes, Long> guards,
        Map<Bytes, Long> readGuards,
        List<GuardedRange> ranges,
        List<Write> writes,
        Set<Bytes> deleteFences,
        boolean whole,
        AppliedState at)
        implements Result {

      /** The number of guards or writes, whichever is greater: they are lists of one group. */
      int width() {
        return Math.max(guards.size() + readGuards.size() + ranges.size(), writes.size());
      }

      /** Whether reads are guarded one by one. */
      boolean hasReads() {
        return !readGuards.isEmpty() || !ranges.isEmpty();
      }

      /** The same with the guards of its writes only: what was read is guarded as a whole. */
      Clear asWhole() {
        return new Clear(guards, Map.of(), List.of(), writes, deleteFences, true, at);
      }
    }
  }

  private final MvccCache cache;
  private final DeleteFences fences;

  /** A check against a cache. */
  public CommitCheck(MvccCache cache, DeleteFences fences) {
    this.cache = cache;
    this.fences = fences;
  }

  /**
   * Checks a transaction at the applied revision: what it writes, and what it has read if it is
   * Serializable or has asked for that ({@link ReadCheck}). Safe for use by many threads.
   *
   * @throws TransactionTooOldException if the history since its snapshot is no longer kept
   */
  public Result check(CommitRequest request) {
    return request.isGuarded() ? guarded(request) : unguarded(request);
  }

  private Result unguarded(CommitRequest request) {
    Set<Bytes> deleteFences = new LinkedHashSet<>();
    for (Write write : request.writes()) {
      if (write.value() == null) {
        deleteFences.add(fences.fenceOf(write.key()));
      }
    }
    return new Result.Clear(
        Map.of(),
        Map.of(),
        List.of(),
        List.copyOf(request.writes()),
        deleteFences,
        false,
        cache.applied());
  }

  private Result guarded(CommitRequest request) {
    AppliedState applied = cache.applied();
    Map<Bytes, Long> guards = new LinkedHashMap<>();
    List<Write> writes = new ArrayList<>(request.writes().size());
    Set<Bytes> deleteFences = new LinkedHashSet<>();
    for (Write write : request.writes()) {
      Bytes key = write.key();
      Version newest = cache.find(key, applied.timestamp());
      if (newest != null && newest.timestamp() > request.snapshot()) {
        return new Result.Conflict(key);
      }
      // Nothing in (S, A], so the snapshot sees the newest version.
      if (newest == null || newest.isTombstone()) {
        guards.put(key, 0L);
        Bytes fence = fences.fenceOf(key);
        Version moved = cache.find(fence, applied.timestamp());
        if (moved != null
            && moved.timestamp() > request.snapshot()
            && cache.hasJumpedSince(request.snapshot())) {
          return new Result.Conflict(key); // it may have been this very key
        }
        guards.put(fence, modRevision(moved));
        if (write.value() != null) {
          writes.add(write);
        }
      } else {
        guards.put(key, newest.modRevision());
        writes.add(write);
        if (write.value() == null) {
          deleteFences.add(fences.fenceOf(key));
        }
      }
    }
    cache.requireKept(request.snapshot());
    Result.Clear clear =
        new Result.Clear(guards, Map.of(), List.of(), writes, deleteFences, false, applied);
    ReadSet reads = request.reads();
    return reads == null ? clear : withReads(clear, reads);
  }

  /**
   * Checks at the applied revision what a transaction without writes has read. Safe for use by many
   * threads.
   *
   * @throws TransactionTooOldException if the history since the state read is no longer kept
   */
  public Result checkReads(ReadSet reads) {
    Result.Clear nothing =
        new Result.Clear(
            Map.of(), Map.of(), List.of(), List.of(), Set.of(), false, cache.applied());
    return withReads(nothing, reads);
  }

  /** Adds to the guards of writes those of what was read. */
  private Result withReads(Result.Clear clear, ReadSet reads) {
    ReadCheck check = new ReadCheck(cache, reads, clear.at());
    Bytes changed = check.findChanged();
    cache.requireKept(reads.since().timestamp());
    if (changed != null) {
      return new Result.Conflict(changed);
    }
    if (check.isWhole()) {
      return clear.asWhole();
    }
    Map<Bytes, Long> readGuards = check.guards();
    readGuards.keySet().removeAll(clear.guards().keySet());
    return new Result.Clear(
        clear.guards(),
        readGuards,
        check.ranges(),
        clear.writes(),
        clear.deleteFences(),
        false,
        clear.at());
  }

  /** The mod revision of a key whose newest version is given; 0 if the key is absent. */
  public static long modRevision(@Nullable Version version) {
    return version == null || version.isTombstone() ? 0 : version.modRevision();
  }
}
