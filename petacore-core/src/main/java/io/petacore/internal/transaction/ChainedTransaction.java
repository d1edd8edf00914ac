package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.commit.batch.CommitCheck;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.decoded.DecodingView;
import io.petacore.internal.format.Limits;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.IndexScan;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.SecondaryIndex;
import io.petacore.internal.mvcc.Version;
import io.petacore.transaction.IndexView;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A transaction on a {@link Chain} as its body sees it: its own writes, on top of the pending
 * writes of the members before it, on top of the base. Used by one thread at a time.
 *
 * <p>Scans see the same, but what they read is not kept: a run that has scanned does not join.
 */
public final class ChainedTransaction implements Transaction, DecodingView, OrderedView {

  private final MvccCache cache;
  private final DecodedValues decoded;
  private final Limits limits;
  private final IsolationLevel isolation;
  private final Chain chain;
  private final AppliedState base;
  private final WriteBuffer pending;
  private final WriteBuffer writes = new WriteBuffer();
  private final Map<Bytes, Long> reads = new LinkedHashMap<>();
  private boolean readsPending;
  private boolean scans;
  private boolean ended;

  /**
   * @param isolation the level that the transaction was to have
   */
  ChainedTransaction(
      MvccCache cache,
      DecodedValues decoded,
      Limits limits,
      IsolationLevel isolation,
      Chain chain) {
    this.cache = cache;
    this.decoded = decoded;
    this.limits = limits;
    this.isolation = isolation;
    this.chain = chain;
    this.base = chain.base();
    this.pending = chain.pending();
  }

  @Override
  public @Nullable Bytes read(Bytes key) {
    requireOpen();
    Write own = writes.get(Limits.requireKey(key));
    return own == null ? readBelow(key) : own.value();
  }

  private @Nullable Bytes readBelow(Bytes key) {
    Write before = pending.get(key);
    if (before != null) {
      readsPending = true;
      return before.value();
    }
    Version found = cache.find(key, base.timestamp());
    reads.put(key, CommitCheck.modRevision(found));
    return found == null ? null : found.value();
  }

  @Override
  public @Nullable Bytes readScratch(Bytes key) {
    return read(Bytes.wrap(key.toByteArray())); // the key is kept
  }

  @Override
  public DecodedValues decodedValues() {
    return decoded;
  }

  @Override
  public Transaction requireUnchanged(Bytes key) {
    requireOpen();
    Limits.requireKey(key);
    readBelow(key);
    return this;
  }

  // ---- reads of ranges

  @Override
  public Iterable<Entry> scan(KeyRange range, Order order) {
    requireOpen();
    KeyRange visible = ReservedKeys.visible(Objects.requireNonNull(range, "range"));
    return () -> {
      requireOpen();
      return allWrites().over(cache.scan(visible, order, base.timestamp()), visible, order);
    };
  }

  /** The pending writes with its own on top. */
  private WriteBuffer allWrites() {
    scans = true;
    WriteBuffer all = new WriteBuffer();
    pending.toList().forEach(all::put);
    writes.toList().forEach(all::put);
    return all;
  }

  @Override
  public long count(KeyRange range) {
    long count = 0;
    for (Iterator<Entry> entries = scan(range).iterator(); entries.hasNext(); entries.next()) {
      count++;
    }
    return count;
  }

  @Override
  public Transaction requireUnchanged(KeyRange range) {
    requireOpen();
    Objects.requireNonNull(range, "range");
    scans = true;
    return this;
  }

  @Override
  public IndexView index(String name) {
    requireOpen();
    SecondaryIndex index = cache.indexes().get(Objects.requireNonNull(name, "name"));
    return new IndexLookup(
        (indexKeys, order) -> {
          requireOpen();
          var below = new IndexScan(cache, index, indexKeys, order, base.timestamp());
          return allWrites().over(below, index, indexKeys, order);
        });
  }

  @Override
  public long revision() {
    requireOpen();
    return base.revision();
  }

  // ---- writes

  @Override
  public Transaction write(Bytes key, Bytes value) {
    requireOpen();
    writes.put(WriteBuffer.valid(this, limits, key, value));
    return this;
  }

  @Override
  public Transaction delete(Bytes key) {
    requireOpen();
    writes.put(new Write(Limits.requireKey(key), null));
    return this;
  }

  @Override
  public Transaction delete(KeyRange range) {
    for (Entry entry : scan(range)) {
      delete(entry.key());
    }
    return this;
  }

  @Override
  public IsolationLevel isolation() {
    return isolation;
  }

  // ---- the end

  /** The state below the pending writes that it reads. */
  AppliedState base() {
    return base;
  }

  /** What all transactions on the same chain share, for tests. */
  public Object chain() {
    return chain;
  }

  /** Ends the transaction: later calls throw {@link IllegalStateException}. Idempotent. */
  void end() {
    ended = true;
  }

  /** Whether it has seen what may never be committed. */
  boolean hasReadPending() {
    return readsPending || scans;
  }

  /** Whether it has read more than is kept. */
  boolean readsTooMuch() {
    return scans || reads.size() > Chain.MAX_READS;
  }

  /** The mod revision of each key that it has read at the base. */
  Map<Bytes, Long> reads() {
    return reads;
  }

  /** Its writes, in the order of their keys. */
  List<Write> writes() {
    return writes.toList();
  }

  private void requireOpen() {
    if (ended) {
      throw new IllegalStateException("the transaction has ended");
    }
  }
}
