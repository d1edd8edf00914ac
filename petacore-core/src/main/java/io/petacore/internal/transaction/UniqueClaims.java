package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.UniqueViolationException;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.IndexScan;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.SecondaryIndex;
import io.petacore.internal.mvcc.Version;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds to the writes of a transaction what keeps unique indexes unique among the nodes:
 * <em>claims</em>, reserved keys that name the holder of an index key. Safe for use by many
 * threads.
 *
 * <p>Let S be the snapshot. A transaction that gives index key <i>n</i> to a key that does not have
 * it at S writes the claim of <i>n</i>; one that takes <i>n</i> from a key deletes the claim, if
 * that key holds it. Claims are written under the guards of every write: not changed since S. The
 * transaction fails if at S a key that it does not write has <i>n</i>, or if two that it writes get
 * it. A Read Committed transaction that writes a key of a unique index is guarded, too, by the
 * state applied when it commits.
 *
 * <p><b>Why this suffices.</b> Let C be the first revision at which a second key has <i>n</i> by a
 * commit T of PetaCore, which gave <i>n</i> to <i>k</i>, while <i>h</i> had it.
 *
 * <ul>
 *   <li><i>k</i> did not have <i>n</i> before C, and is guarded, so it did not at S: T wrote the
 *       claim.
 *   <li>T does not write <i>h</i>, which else would have given <i>n</i> up, or T would have failed.
 *       At S <i>h</i> did not have <i>n</i>, or T would have failed. So another commit gave
 *       <i>n</i> to <i>h</i> in (S, C).
 *   <li>By the first argument, that commit wrote the claim, in (S, C): the guard of T fails.
 * </ul>
 *
 * <p>The claim's value, and whether a claim exists for an entry, do not matter for this. So entries
 * from before the index was defined need no claim, and a claim whose holder a foreign program has
 * changed is taken over. Against writers without the index nothing is guaranteed; where they give
 * <i>n</i> to a second key, the one that the claim names can still be written, the other can't
 * until it gives <i>n</i> up.
 */
final class UniqueClaims {

  /**
   * A transaction with its claims.
   *
   * @param writes the writes, claims last
   * @param snapshot the timestamp that the writes are checked against
   * @param claimants for each claim, the key for which it is written or deleted
   * @param stale a key that had an index key at the snapshot, which is free by now; null if none
   */
  record Claimed(
      Collection<Write> writes, long snapshot, Map<Bytes, Bytes> claimants, @Nullable Bytes stale) {

    /** An outcome to report: a conflict on a claim is one on its key. */
    CommitOutcome named(CommitOutcome outcome) {
      if (outcome instanceof CommitOutcome.Conflict conflict) {
        Bytes claimant = claimants.get(conflict.key());
        return claimant == null ? outcome : new CommitOutcome.Conflict(claimant, conflict.late());
      }
      return outcome;
    }
  }

  private final MvccCache cache;

  UniqueClaims(MvccCache cache) {
    this.cache = cache;
  }

  /**
   * Adds the claims of a transaction.
   *
   * @param snapshot the timestamp of its snapshot, or {@link CommitRequest#UNGUARDED}
   * @throws UniqueViolationException if an index key would have two holders
   * @throws io.petacore.error.TransactionTooOldException if the snapshot is no longer kept
   */
  Claimed claim(Collection<Write> writes, long snapshot) {
    Assembly assembly = null;
    for (SecondaryIndex index : cache.indexes().unique()) {
      Map<Bytes, Write> covered = covered(index, writes);
      if (!covered.isEmpty()) {
        if (assembly == null) {
          assembly = new Assembly(snapshot, cache.applied().timestamp());
        }
        assembly.add(index, covered);
      }
    }
    return assembly == null
        ? new Claimed(writes, snapshot, Map.of(), null)
        : assembly.claimed(writes);
  }

  /** Whether writes are of entries of unique indexes, and so may need claims. */
  boolean concern(Collection<Write> writes) {
    return cache.indexes().unique().stream().anyMatch(index -> !covered(index, writes).isEmpty());
  }

  private static Map<Bytes, Write> covered(SecondaryIndex index, Collection<Write> writes) {
    Map<Bytes, Write> covered = new LinkedHashMap<>();
    for (Write write : writes) {
      if (index.covers(write.key())) {
        covered.put(write.key(), write);
      }
    }
    return covered;
  }

  private static List<Bytes> keysOf(SecondaryIndex index, Bytes key, @Nullable Bytes value) {
    // What the function fails for is left out of the index, and reported by the cache.
    return value == null ? List.of() : index.keysOf(key, value, failure -> {});
  }

  /** The claims of one transaction. */
  private final class Assembly {
    private final long at;
    private final long newest;
    private final Map<Bytes, Write> claims = new LinkedHashMap<>();
    private final Map<Bytes, Bytes> claimants = new HashMap<>();
    private @Nullable Bytes stale;

    Assembly(long snapshot, long newest) {
      this.at = snapshot == CommitRequest.UNGUARDED ? newest : snapshot;
      this.newest = newest;
    }

    Claimed claimed(Collection<Write> writes) {
      List<Write> all = new ArrayList<>(writes.size() + claims.size());
      all.addAll(writes);
      all.addAll(claims.values());
      return new Claimed(all, at, claimants, stale);
    }

    void add(SecondaryIndex index, Map<Bytes, Write> covered) {
      Map<Bytes, Bytes> taken = new HashMap<>();
      for (Write write : covered.values()) {
        for (Bytes indexKey : keysOf(index, write.key(), write.value())) {
          Bytes other = taken.put(indexKey, write.key());
          if (other != null) {
            throw new UniqueViolationException(index.name(), indexKey, write.key(), other);
          }
        }
      }
      Map<Bytes, List<Bytes>> before = new HashMap<>();
      for (Bytes key : covered.keySet()) {
        before.put(key, keysOf(index, key, valueAt(key, at)));
      }
      before.forEach((key, had) -> release(index, key, had, taken));
      taken.forEach(
          (indexKey, key) -> {
            boolean hadIt = before.getOrDefault(key, List.of()).contains(indexKey);
            take(index, indexKey, key, hadIt, covered);
          });
    }

    /** Deletes the claims of a key on what no key of the transaction has any more. */
    private void release(
        SecondaryIndex index, Bytes key, List<Bytes> had, Map<Bytes, Bytes> taken) {
      for (Bytes indexKey : had) {
        Bytes claim = ReservedKeys.uniqueClaim(index.name(), indexKey);
        if (!taken.containsKey(indexKey) && key.equals(valueAt(claim, at))) {
          put(new Write(claim, null), key);
        }
      }
    }

    private void take(
        SecondaryIndex index, Bytes indexKey, Bytes key, boolean hadIt, Map<Bytes, Write> covered) {
      Bytes claim = ReservedKeys.uniqueClaim(index.name(), indexKey);
      if (!hadIt) {
        put(new Write(claim, key), key);
      } else if (key.equals(valueAt(claim, at))) {
        return; // any other holder was written without the index
      }
      Bytes holder = holder(index, indexKey, covered, at);
      if (holder == null) {
        return;
      }
      Bytes now = at == newest ? holder : holder(index, indexKey, covered, newest);
      if (now != null) {
        throw new UniqueViolationException(index.name(), indexKey, key, now);
      }
      stale = holder;
    }

    private void put(Write claim, Bytes claimant) {
      claims.put(claim.key(), claim);
      claimants.put(claim.key(), claimant);
    }

    private @Nullable Bytes valueAt(Bytes key, long timestamp) {
      Version version = cache.find(key, timestamp);
      return version == null ? null : version.value();
    }

    /** A key that has an index key at a timestamp and that the transaction does not write. */
    private @Nullable Bytes holder(
        SecondaryIndex index, Bytes indexKey, Map<Bytes, Write> covered, long timestamp) {
      IndexScan holders =
          new IndexScan(cache, index, KeyRange.single(indexKey), Order.ASCENDING, timestamp);
      while (holders.hasNext()) {
        Entry holder = holders.next();
        if (!covered.containsKey(holder.key())) {
          return holder.key();
        }
      }
      return null;
    }
  }
}
