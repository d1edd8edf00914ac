package io.petacore.internal.commit;

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
 * Judges a transaction against the cache, and finds the guards under which the store may apply it.
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
 * <p>What is found in the cache counts only if it was not being freed meanwhile, so the horizon is
 * compared last.
 */
final class CommitCheck {

  /** What the check found. */
  sealed interface Result {

    /** A key that another commit changed after the snapshot. */
    record Conflicting(Bytes key) implements Result {}

    /**
     * The transaction may go, under guards.
     *
     * @param guards mod revisions by key, fences included
     * @param writes what it really changes: a delete of an absent key is a guard and no more
     * @param bumps the delete fences that its deletes write
     * @param at where it was checked
     */
    record Clear(Map<Bytes, Long> guards, List<Write> writes, Set<Bytes> bumps, AppliedState at)
        implements Result {}
  }

  private final MvccCache cache;
  private final DeleteFences fences;

  CommitCheck(MvccCache cache, DeleteFences fences) {
    this.cache = cache;
    this.fences = fences;
  }

  /**
   * Checks a transaction at the applied revision of the moment.
   *
   * @throws TransactionTooOldException if the history since its snapshot is no longer kept
   */
  Result check(CommitRequest request) {
    return request.isGuarded() ? guarded(request) : unguarded(request);
  }

  private Result unguarded(CommitRequest request) {
    Set<Bytes> bumps = new LinkedHashSet<>();
    for (Write write : request.writes()) {
      if (write.value() == null) {
        bumps.add(fences.fenceOf(write.key()));
      }
    }
    return new Result.Clear(Map.of(), List.copyOf(request.writes()), bumps, cache.applied());
  }

  private Result guarded(CommitRequest request) {
    AppliedState applied = cache.applied();
    Map<Bytes, Long> guards = new LinkedHashMap<>();
    List<Write> writes = new ArrayList<>(request.writes().size());
    Set<Bytes> bumps = new LinkedHashSet<>();
    for (Write write : request.writes()) {
      Bytes key = write.key();
      Version newest = cache.find(key, applied.timestamp());
      if (newest != null && newest.timestamp() > request.snapshot()) {
        return new Result.Conflicting(key);
      }
      // Nothing in (S, A], so what the snapshot sees is what is newest.
      if (newest == null || newest.isTombstone()) {
        guards.put(key, 0L);
        Bytes fence = fences.fenceOf(key);
        Version moved = cache.find(fence, applied.timestamp());
        if (moved != null
            && moved.timestamp() > request.snapshot()
            && cache.hasJumpedSince(request.snapshot())) {
          return new Result.Conflicting(key); // it may have been this very key
        }
        guards.put(fence, modRevision(moved));
        if (write.value() != null) {
          writes.add(write);
        }
      } else {
        guards.put(key, newest.modRevision());
        writes.add(write);
        if (write.value() == null) {
          bumps.add(fences.fenceOf(key));
        }
      }
    }
    cache.requireKept(request.snapshot());
    return new Result.Clear(guards, writes, bumps, applied);
  }

  /** The mod revision that a version of a key stands for; 0 if the key is absent. */
  static long modRevision(@Nullable Version version) {
    return version == null || version.isTombstone() ? 0 : version.modRevision();
  }
}
