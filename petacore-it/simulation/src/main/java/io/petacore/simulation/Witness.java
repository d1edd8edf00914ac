package io.petacore.simulation;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.history.MicroOp;
import io.petacore.internal.transaction.ChainedTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The transaction of a body, which checks each read against the true history at once. */
final class Witness {
  private final Fibers fibers;
  private final Judge judge;
  private final Node node;
  private final DistributedStorage storage;
  private final Transaction transaction;
  private final Claim claim;
  private final Claim.Attempt attempt;

  Witness(
      Fibers fibers,
      Judge judge,
      Node node,
      DistributedStorage storage,
      Transaction transaction,
      Claim claim,
      long acknowledged) {
    this.fibers = fibers;
    this.judge = judge;
    this.node = node;
    this.storage = storage;
    this.transaction = transaction;
    this.claim = claim;
    this.attempt =
        judge.attempt(
            claim,
            transaction.revision(),
            transaction instanceof ChainedTransaction chained ? chained.chain() : null);
    judge.begins(node, attempt.tag, attempt.snapshot, acknowledged);
  }

  private boolean ofSnapshot() {
    return transaction.isolation() != IsolationLevel.READ_COMMITTED;
  }

  /**
   * Returns the revision that a read is made at; at Read Committed a read of one key may be made at
   * a later one.
   */
  private long revision() {
    return ofSnapshot() ? attempt.snapshot : storage.revision();
  }

  /** Returns the payload of a key; null if it is absent. */
  @Nullable String read(String name) {
    Bytes key = Bytes.utf8(name);
    long before = revision();
    Bytes value = fibers.reading(() -> transaction.read(key));
    saw(key, before, revision(), value);
    return value == null ? null : Tag.payload(value);
  }

  long number(String name) {
    String payload = read(name);
    return payload == null || payload.isEmpty() ? 0 : Long.parseLong(payload);
  }

  private void saw(Bytes key, long before, long after, @Nullable Bytes value) {
    if (attempt.writes.containsKey(key)) {
      if (!Objects.equals(attempt.writes.get(key), value)) {
        judge.contradicts(attempt.tag + " does not read what it wrote: " + key);
      }
    } else if (attempt.chain != null) {
      attempt.seen.putIfAbsent(key, value); // the judge of chains knows what is pending
    } else {
      attempt.reads.add(key);
      judge.readBetween(node, attempt.tag, key, before, after, value);
    }
  }

  /** Reads a list of numbers. */
  List<Long> readList(String name) {
    String payload = read(name);
    List<Long> values = new ArrayList<>();
    if (payload != null) {
      for (String value : payload.split(",", -1)) {
        values.add(Long.parseLong(value));
      }
    }
    claim.recording.note(new MicroOp.ListRead(name, values));
    return values;
  }

  /** Appends a unique number to a list that was read. */
  void append(String name, List<Long> read) {
    List<String> values = new ArrayList<>();
    read.forEach(value -> values.add(String.valueOf(value)));
    values.add(String.valueOf(unique()));
    write(name, String.join(",", values));
    claim.recording.note(new MicroOp.Append(name, unique()));
  }

  void readRegister(String name) {
    String payload = read(name);
    Long value = payload == null ? null : Long.valueOf(payload);
    claim.recording.note(new MicroOp.RegisterRead(name, value));
  }

  void writeRegister(String name) {
    write(name, String.valueOf(unique()));
    claim.recording.note(new MicroOp.Write(name, unique()));
  }

  /** Returns a number that no other attempt of any transaction uses. */
  private long unique() {
    return claim.number * 1000L + attempt.tag.attempt();
  }

  /** Scans a range, and runs an action between two entries. */
  List<Entry> scan(String prefix, Runnable between) {
    KeyRange range = KeyRange.prefix(prefix);
    attempt.ranges.add(range);
    boolean down = prefix.hashCode() % 2 == 0;
    long revision = revision();
    Iterator<Entry> entries =
        (down ? transaction.scanDescending(range) : transaction.scan(range)).iterator();
    List<Entry> found = new ArrayList<>();
    while (fibers.reading(entries::hasNext)) {
      found.add(entries.next());
      between.run();
    }
    List<Bytes> seen = new ArrayList<>();
    for (Entry entry : found) {
      saw(entry.key(), revision, revision, entry.value());
      seen.add(entry.key());
    }
    for (Bytes key : judge.truth().keys()) {
      if (range.contains(key) && !seen.contains(key)) {
        saw(key, revision, revision, null);
      }
    }
    return found;
  }

  /** Checks the index with own writes on top; at Read Committed another state may be read. */
  private void checkIndex() {
    if (ofSnapshot()) {
      attempt.ranges.add(KeyRange.all());
      Map<Bytes, Bytes> shown = new TreeMap<>();
      for (Entry entry : transaction.scan(KeyRange.all())) {
        shown.put(entry.key(), entry.value());
      }
      IndexJudge.check(judge, attempt.tag, transaction, shown);
    }
  }

  /** Counts the keys of a range, and checks the index. */
  void countAndCheckIndex(String prefix) {
    checkIndex();
    count(prefix);
  }

  /** Counts the keys of a range. */
  long count(String prefix) {
    attempt.ranges.add(KeyRange.prefix(prefix));
    long revision = revision();
    long count = fibers.reading(() -> transaction.count(KeyRange.prefix(prefix)));
    if (attempt.chain == null) {
      judge.counted(node, attempt, prefix, revision, count);
    }
    return count;
  }

  void write(String name, String payload) {
    Bytes key = Bytes.utf8(name);
    Bytes value = attempt.tag.on(payload);
    attempt.writes.put(key, value);
    transaction.write(key, value);
  }

  void delete(String name) {
    Bytes key = Bytes.utf8(name);
    attempt.writes.put(key, null);
    transaction.delete(key);
  }
}
