package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.error.StorageClosedException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.batch.CommitCheck;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.internal.commit.batch.ReadSet;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Version;
import io.petacore.store.StoreLimits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Transactions of this storage that run one after another, each on top of the <em>pending
 * writes</em> of those before it, and commit together or not at all: at one revision, in one
 * request, as if one transaction had done the work of all.
 *
 * <p><b>Why that is correct.</b> All members read the same applied state, the <em>base</em>, below
 * the pending writes, or a later one at which what earlier members have read and written is the
 * same. At the commit, every key that one of them read there, or writes, is as it was at the base
 * ({@link CommitCheck}, and the guards). So running the members one after another on the state
 * before the commit gives the same reads, writes and results: a member is serializable, whatever
 * its isolation level.
 *
 * <p>A member that deletes a key which an earlier one has created must not join: in the store that
 * key would neither come nor go, so that another node's transaction which found it absent would not
 * notice that it has been there.
 *
 * <p>Changed by the member that runs, one at a time, and not any more once it is sealed.
 */
final class Chain {

  /** The most keys that a member may read below the pending writes. */
  static final int MAX_READS = 64;

  /** What a group leaves to the rest of the request, on all levels. */
  private static final int SPARE_OPERATIONS = 24;

  /**
   * A transaction that has run and waits for the chain's outcome.
   *
   * @param reads the mod revision of each key that it has read at the base
   * @param writes its writes, perhaps none
   */
  record Member(
      Ticket ticket,
      Map<Bytes, Long> reads,
      List<Write> writes,
      Deadline deadline,
      boolean failFast) {}

  private final MvccCache cache;
  private final int maxWidth;
  private final long maxBytes;
  private final List<Member> members = new ArrayList<>();
  private final WriteBuffer pending = new WriteBuffer();
  private final Map<Bytes, Long> reads = new LinkedHashMap<>();
  private final Set<Bytes> created = new HashSet<>(); // absent at the base
  private final CompletableFuture<ChainReport> reported = new CompletableFuture<>();
  private final CompletableFuture<ChainReport> resolved = new CompletableFuture<>();
  private @Nullable AppliedState base;
  private long bytes;

  /**
   * @param limits on a request, of which it may use a part
   */
  Chain(MvccCache cache, StoreLimits limits) {
    this.cache = cache;
    this.maxWidth = Math.max(limits.maxOperations() / 2, limits.maxOperations() - SPARE_OPERATIONS);
    this.maxBytes = limits.maxRequestBytes() / 4;
  }

  // ---- for the member that runs

  /** The state that members read: at first the newest applied one when the first of them begins. */
  AppliedState base() {
    AppliedState state = base;
    if (state == null) {
      state = cache.applied();
      base = state;
    }
    return state;
  }

  /**
   * Moves the base on to the newest applied state, if no key that the members have read or written
   * was changed since: they would have run the same there.
   *
   * @return whether it is there now
   */
  boolean moveOn() {
    AppliedState now = cache.applied();
    Set<Bytes> keys = new HashSet<>(reads.keySet());
    pending.toList().forEach(write -> keys.add(write.key()));
    try {
      if (!isUnchanged(keys, now)) {
        return false;
      }
    } catch (TransactionTooOldException | StorageClosedException noState) {
      return false;
    }
    base = now;
    return true;
  }

  private boolean isUnchanged(Set<Bytes> keys, AppliedState now) {
    long since = base().timestamp();
    for (Bytes key : keys) {
      Version newest = cache.find(key, now.timestamp());
      if (newest != null && newest.timestamp() > since) {
        return false;
      }
    }
    cache.requireKept(since); // else a delete since then may have been freed
    return true;
  }

  /** Whether it has no members. */
  boolean isEmpty() {
    return members.isEmpty();
  }

  /** The writes of the members so far, the last one of each key. */
  WriteBuffer pending() {
    return pending;
  }

  /** Completes when the outcome is known, or known to be in doubt. */
  CompletableFuture<ChainReport> reported() {
    return reported;
  }

  /** Completes when the outcome is known, and members that have to run again are queued again. */
  CompletableFuture<ChainReport> resolved() {
    return resolved;
  }

  // ---- for its queue

  /** Adds a member that has just run; false if it must not join, does not fit, or came too late. */
  boolean add(Member member) {
    try {
      return addIfFitting(member);
    } catch (TransactionTooOldException | StorageClosedException noState) {
      return false; // nor will the chain be committed
    }
  }

  private boolean addIfFitting(Member member) {
    List<Bytes> created = new ArrayList<>(0);
    long size = bytes;
    int width = width();
    for (Map.Entry<Bytes, Long> read : member.reads().entrySet()) {
      Long earlier = reads.get(read.getKey());
      if (earlier == null) {
        width++;
        size += read.getKey().length();
      } else if (!earlier.equals(read.getValue())) {
        return false;
      }
    }
    for (Write write : member.writes()) {
      Bytes key = write.key();
      Bytes value = write.value();
      size += key.length() + (value == null ? 0 : value.length());
      if (pending.get(key) == null) {
        boolean absent = isAbsentAtBase(key);
        width += absent ? 2 : 1; // with the guard on its delete fence
        if (absent) {
          created.add(key);
        }
      } else if (value == null && this.created.contains(key)) {
        return false;
      }
    }
    if (width > maxWidth || size > maxBytes) {
      return false;
    }
    bytes = size;
    this.created.addAll(created);
    reads.putAll(member.reads());
    member.writes().forEach(pending::put);
    members.add(member);
    return true;
  }

  private int width() {
    return reads.size() + pending.size() + created.size();
  }

  private boolean isAbsentAtBase(Bytes key) {
    Version found = cache.find(key, base().timestamp());
    return found == null || found.isTombstone();
  }

  List<Member> members() {
    return members;
  }

  /** What is to be committed: the last write of each key, under guards for all that was read. */
  CommitRequest toRequest() {
    Member first = members.get(0);
    Deadline deadline = first.deadline();
    boolean failFast = false;
    for (Member member : members) {
      failFast |= member.failFast();
      if (member.deadline().remainingNanos() < deadline.remainingNanos()) {
        deadline = member.deadline();
      }
    }
    AppliedState state = base();
    return new CommitRequest(
        pending.toList(),
        state.timestamp(),
        deadline,
        failFast,
        true,
        new ReadSet(state, Map.copyOf(reads), List.of(), List.of(), false),
        first.ticket().contention(),
        members.size());
  }
}
