package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.data.Timestamp;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.testing.Await;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Transactions and snapshot handles as an application sees them. */
class BufferedTransactionTest {
  private static final long RETENTION = 1_000;

  private final AtomicLong nanoTime = new AtomicLong();
  private final MvccCache cache = new MvccCache(Duration.ofNanos(RETENTION), nanoTime::get);
  private final Limits limits = new Limits(100);
  private final OpenSnapshots openSnapshots = new OpenSnapshots(cache);

  @BeforeEach
  void load() {
    cache.load(List.of(change("a", "1", 1), change("b", "1", 1), change("\0d/1", "", 1)), 1, 10);
  }

  private static Change change(String key, String value, long revision) {
    return new Change(Bytes.utf8(key), Bytes.utf8(value), revision);
  }

  private void apply(long revision, Change... changes) {
    cache.apply(List.of(changes), revision, 10 * revision);
  }

  private void free() {
    nanoTime.addAndGet(RETENTION);
    cache.freeHistory();
  }

  private BufferedTransaction begin(IsolationLevel isolation) {
    return new BufferedTransaction(cache, new DecodedValues(0), limits, isolation);
  }

  private BufferedTransaction beginSnapshot() {
    return begin(IsolationLevel.SNAPSHOT);
  }

  private static String scan(ReadView view, KeyRange range) {
    return show(view.scan(range));
  }

  private static String show(Iterable<Entry> scan) {
    List<String> entries = new ArrayList<>();
    for (Entry entry : scan) {
      entries.add(entry.key().toUtf8() + "=" + entry.value().toUtf8());
    }
    return String.join(" ", entries);
  }

  private static String scan(ReadView view) {
    return scan(view, KeyRange.all());
  }

  // ---- what is read

  @Test
  void aSnapshotDoesNotChange() {
    BufferedTransaction transaction = beginSnapshot();
    apply(2, change("a", "2", 2), new Change(Bytes.utf8("b"), null, 2), change("c", "2", 2));
    assertEquals("1", transaction.read("a"));
    assertTrue(transaction.exists("b"));
    assertFalse(transaction.exists("c"));
    assertEquals("a=1 b=1", scan(transaction));
    assertEquals(1, transaction.revision());
    assertEquals(10, transaction.pending().snapshot().timestamp());
  }

  @Test
  void readCommittedFollowsTheNewestState() {
    BufferedTransaction transaction = begin(IsolationLevel.READ_COMMITTED);
    assertEquals(1, transaction.revision());
    Iterator<Entry> before = transaction.scan(KeyRange.all()).iterator();
    Iterable<Entry> again = transaction.scan(KeyRange.all());
    apply(2, change("a", "2", 2), new Change(Bytes.utf8("b"), null, 2), change("c", "2", 2));
    assertEquals("2", transaction.read("a"));
    assertNull(transaction.read("b"));
    assertEquals("a=2 c=2", scan(transaction));
    assertEquals(2, transaction.revision());
    assertEquals(new Entry(Bytes.utf8("a"), Bytes.utf8("1")), before.next(), "a scan stays");
    assertEquals(new Entry(Bytes.utf8("b"), Bytes.utf8("1")), before.next());
    assertFalse(before.hasNext());
    assertEquals(Bytes.utf8("2"), again.iterator().next().value(), "from its iterator on");
  }

  @Test
  void aSnapshotBehindTheHorizonIsTooOld() {
    BufferedTransaction transaction = beginSnapshot();
    BufferedTransaction readCommitted = begin(IsolationLevel.READ_COMMITTED);
    transaction.write("own", "x");
    apply(2, change("a", "2", 2));
    free();
    assertThrows(TransactionTooOldException.class, () -> transaction.read("a"));
    assertThrows(TransactionTooOldException.class, () -> scan(transaction));
    assertEquals("x", transaction.read("own"));
    assertEquals("2", readCommitted.read("a"));
    assertEquals("a=2 b=1", scan(readCommitted));
  }

  @ParameterizedTest
  @EnumSource(IsolationLevel.class)
  void ownWritesAreSeen(IsolationLevel isolation) {
    BufferedTransaction transaction = begin(isolation);
    assertSame(isolation, transaction.isolation());
    assertEquals(List.of(), transaction.pending().writes());
    assertSame(transaction, transaction.write("a", "own").delete("b").write("c", ""));
    assertEquals("own", transaction.read("a"));
    assertNull(transaction.read("b"));
    assertTrue(transaction.exists("c"));
    assertEquals("a=own c=", scan(transaction));
    assertEquals("c=", scan(transaction, KeyRange.prefix("c")));
    transaction.write("b", "again").delete("a").write("c", "last");
    assertEquals("b=again c=last", scan(transaction));
    apply(2, change("a", "2", 2), change("b", "2", 2));
    assertEquals("b=again c=last", scan(transaction), "whatever others do");
    assertEquals(
        List.of(
            new Write(Bytes.utf8("a"), null),
            new Write(Bytes.utf8("b"), Bytes.utf8("again")),
            new Write(Bytes.utf8("c"), Bytes.utf8("last"))),
        transaction.pending().writes());
    assertEquals(Bytes.utf8("2"), cache.newest(Bytes.utf8("b")), "no other transaction sees them");
  }

  @ParameterizedTest
  @EnumSource(IsolationLevel.class)
  void descendingScansLimitsAndCountsSeeOwnWritesToo(IsolationLevel isolation) {
    BufferedTransaction transaction = begin(isolation);
    KeyRange all = KeyRange.all();
    assertEquals("b=1 a=1", show(transaction.scanDescending(all)));
    assertEquals(2, transaction.count(all));
    transaction.write("a", "own").write("c", "new").write("d", "new").delete("e");
    assertEquals("d=new c=new b=1 a=own", show(transaction.scanDescending(all)));
    assertEquals("d=new c=new", show(transaction.scanDescending(all, 2)));
    assertEquals("a=own b=1", show(transaction.scan(all, 2)));
    assertEquals("", show(transaction.scan(all, 0)));
    assertEquals(4, transaction.count(all));
    transaction.delete("b").delete("d");
    assertEquals("c=new a=own", show(transaction.scanDescending(all)));
    assertEquals(2, transaction.count(all));
    assertEquals("a=own", show(transaction.scanDescending(KeyRange.closedOpen("a", "c"))));
    assertEquals(1, transaction.count(KeyRange.closedOpen("a", "c")), "and not the writes beyond");
  }

  @Test
  void reservedKeysAreNotSeen() {
    BufferedTransaction transaction = beginSnapshot();
    transaction.write("a", "own");
    assertEquals("b=1 a=own", show(transaction.scanDescending(KeyRange.prefix(""))));
    assertEquals(2, transaction.count(KeyRange.prefix("")));
    assertEquals("a=own b=1", scan(transaction, KeyRange.prefix("")));
    assertEquals("", scan(transaction, KeyRange.prefix("\0")));
  }

  // ---- bad input

  private static void assertBad(Consumer<BufferedTransaction> call, BufferedTransaction on) {
    assertThrows(IllegalArgumentException.class, () -> call.accept(on));
  }

  @ParameterizedTest
  @EnumSource(IsolationLevel.class)
  void badKeysAndValuesAreRejectedByTheCall(IsolationLevel isolation) {
    BufferedTransaction transaction = begin(isolation);
    String tooLong = "k".repeat(Limits.MAX_KEY_BYTES + 1);
    assertBad(t -> t.write(tooLong, "value"), transaction);
    for (String key : List.of("", "\0c")) {
      assertBad(t -> t.read(key), transaction);
      assertBad(t -> t.exists(key), transaction);
      assertBad(t -> t.write(key, "value"), transaction);
      assertBad(t -> t.delete(key), transaction);
    }
    assertBad(t -> t.write("a", "v".repeat(101)), transaction);
    assertEquals(List.of(), transaction.pending().writes());
    transaction.write("a", "v".repeat(100));
    assertEquals(1, transaction.pending().writes().size());
  }

  // ---- the end

  private static void assertEnded(Transaction transaction) {
    List<Consumer<Transaction>> calls =
        List.of(
            t -> t.read("a"),
            t -> t.exists("a"),
            t -> t.scan(KeyRange.all()),
            t -> t.scanDescending(KeyRange.all()),
            t -> t.count(KeyRange.all()),
            t -> t.write("a", "x"),
            t -> t.delete("a"),
            Transaction::revision);
    for (Consumer<Transaction> call : calls) {
      assertThrows(IllegalStateException.class, () -> call.accept(transaction));
    }
  }

  @Test
  void aBodysTransactionEndsWithTheBody() {
    BufferedTransaction transaction = beginSnapshot();
    transaction.write("a", "x");
    Iterable<Entry> scan = transaction.scan(KeyRange.all());
    transaction.end();
    assertEnded(transaction);
    assertThrows(IllegalStateException.class, scan::iterator);
    assertEquals(1, transaction.pending().writes().size(), "its writes can be committed");
  }

  private ExplicitTransaction owned(Function<PendingWrites, CommitResult> commit) {
    return new OwnedTransaction(beginSnapshot(), commit);
  }

  @Test
  void anExplicitTransactionCommitsOnce() {
    List<List<Write>> committed = new ArrayList<>();
    CommitResult result = CommitResult.of(7, Timestamp.of(70));
    ExplicitTransaction transaction =
        owned(
            pending -> {
              committed.add(pending.writes());
              return result;
            });
    transaction.write("a", "x");
    assertSame(result, transaction.commit());
    assertEnded(transaction);
    assertThrows(IllegalStateException.class, transaction::commit);
    transaction.close();
    assertEquals(List.of(List.of(new Write(Bytes.utf8("a"), Bytes.utf8("x")))), committed);
  }

  @Test
  void anExplicitTransactionThatIsClosedIsRolledBack() {
    ExplicitTransaction transaction =
        owned(
            pending -> {
              throw new AssertionError("not to be committed");
            });
    transaction.write("a", "x");
    transaction.close();
    transaction.close();
    assertEnded(transaction);
    assertThrows(IllegalStateException.class, transaction::commit);
  }

  @Test
  void aCommitThatThrowsEndsTheTransactionToo() {
    ExplicitTransaction transaction =
        owned(
            pending -> {
              throw new UnsupportedOperationException("scripted");
            });
    assertThrows(UnsupportedOperationException.class, transaction::commit);
    assertEnded(transaction);
  }

  // ---- a snapshot handle

  private Snapshot pinned(long revision, long timestamp) {
    assertTrue(cache.pin(timestamp));
    return new PinnedSnapshot(cache, new DecodedValues(0), openSnapshots, revision, timestamp);
  }

  @Test
  void aSnapshotHandleKeepsItsStateUntilItIsClosed() {
    Snapshot snapshot = pinned(1, 10);
    Snapshot other = pinned(1, 10);
    apply(2, change("a", "2", 2), new Change(Bytes.utf8("b"), null, 2));
    free();
    assertEquals("1", snapshot.read("a"));
    assertNull(snapshot.read("c"));
    assertEquals("a=1 b=1", scan(snapshot));
    assertEquals("a=1 b=1", scan(snapshot, KeyRange.prefix("")));
    assertEquals("b=1 a=1", show(snapshot.scanDescending(KeyRange.all())));
    assertEquals(2, snapshot.count(KeyRange.prefix("")));
    assertEquals(1, snapshot.revision());
    assertEquals(Timestamp.of(10), snapshot.timestamp());
    snapshot.close();
    snapshot.close();
    free();
    assertEquals("1", other.read("a"), "each holds its own pin, and gives it back once");
    other.close();
    free();
    assertThrows(TransactionTooOldException.class, () -> cache.requireKept(10));
  }

  @Test
  void aClosedSnapshotHandleSaysSo() {
    Snapshot snapshot = pinned(1, 10);
    Iterable<Entry> scan = snapshot.scan(KeyRange.all());
    snapshot.close();
    assertThrows(IllegalStateException.class, () -> snapshot.read("a"));
    assertThrows(IllegalStateException.class, () -> snapshot.exists("a"));
    assertThrows(IllegalStateException.class, () -> snapshot.scan(KeyRange.all()));
    assertThrows(IllegalStateException.class, () -> snapshot.scanDescending(KeyRange.all()));
    assertThrows(IllegalStateException.class, () -> snapshot.count(KeyRange.all()));
    assertThrows(IllegalStateException.class, scan::iterator);
    assertThrows(IllegalStateException.class, snapshot::revision);
    assertThrows(IllegalStateException.class, snapshot::timestamp);
  }

  @Test
  void aSnapshotHandleRejectsBadKeys() {
    try (Snapshot snapshot = pinned(1, 10)) {
      assertThrows(IllegalArgumentException.class, () -> snapshot.read(""));
      assertThrows(IllegalArgumentException.class, () -> snapshot.read("\0d/1"));
      assertEquals("", scan(snapshot, KeyRange.prefix("\0")));
    }
  }

  /** Fails if the pin keeps its handle alive, or has another stack trace than the opening. */
  @Test
  void aLostSnapshotHandleIsReleasedWithItsStackTrace() {
    Snapshot kept = pinned(1, 10);
    forget();
    apply(2, change("a", "2", 2));
    List<Throwable> openedAt = new ArrayList<>();
    Await.until(
        "the collector finds the handle",
        () -> {
          System.gc();
          openedAt.addAll(openSnapshots.releaseForgotten());
          return !openedAt.isEmpty();
        });
    assertEquals(1, openedAt.size());
    assertTrue(
        Stream.of(openedAt.get(0).getStackTrace())
            .anyMatch(frame -> frame.getMethodName().equals("forget")));
    free();
    assertEquals("1", kept.read("a"), "the other one is still open");
    kept.close();
    free();
    assertThrows(TransactionTooOldException.class, () -> cache.requireKept(10));
  }

  private void forget() {
    assertEquals("1", pinned(1, 10).read("a"));
  }
}
