package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.data.Timestamp;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.format.Limits;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A program as it runs, on a storage and on the model; each step compares what they answer. */
final class ProgramRun implements AutoCloseable {

  private static final long MAX_VALUE_BYTES = 1_032_192;

  private final EmbeddedKvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage =
      DistributedStorage.builder(store).historyRetention(Duration.ofHours(1)).open();
  private final ProgramModel model = new ProgramModel();

  private final @Nullable OpenTransaction[] transactions =
      new @Nullable OpenTransaction[ProgramStep.VIEWS];
  private final @Nullable OpenSnapshot[] snapshots = new @Nullable OpenSnapshot[ProgramStep.VIEWS];
  private final @Nullable OpenIterator[] iterators = new @Nullable OpenIterator[ProgramStep.VIEWS];
  private long lastRevision;

  private record OpenTransaction(
      ExplicitTransaction tx, int begunAt, Map<Bytes, @Nullable Bytes> writes) {
    boolean isSnapshot() {
      return tx.isolation() == IsolationLevel.SNAPSHOT;
    }
  }

  private record OpenSnapshot(Snapshot snapshot, int state) {}

  private record OpenIterator(OpenTransaction of, Iterator<Entry> actual, Iterator<Entry> model) {}

  /** Takes a step; false if there was nothing to take it with. */
  boolean step(ProgramStep step) {
    return switch (step.kind()) {
      case BEGIN_SNAPSHOT -> begin(step.view(), IsolationLevel.SNAPSHOT);
      case BEGIN_READ_COMMITTED -> begin(step.view(), IsolationLevel.READ_COMMITTED);
      case TAKE_SNAPSHOT -> keep(step.view(), storage.snapshot(), model.newest());
      case TAKE_SNAPSHOT_AT -> takeSnapshotAt(step);
      case CLOSE_SNAPSHOT -> closeSnapshot(step.view());
      case READ_NEWEST -> {
        NavigableMap<Bytes, Bytes> newest = model.view(model.newest(), Map.of());
        assertEquals(newest.get(step.keyBytes()), storage.read(step.keyBytes()));
        yield true;
      }
      case RUN_TRANSACTION -> runTransaction(step);
      case RUN_THAT_THROWS -> runThatThrows(step);
      case GO_ON_ITERATING -> goOn(step);
      case READ, SCAN, SCAN_DESCENDING, COUNT -> readSomewhere(step);
      default -> inTransaction(step);
    };
  }

  private boolean begin(int place, IsolationLevel level) {
    rollBack(place);
    ExplicitTransaction tx = storage.begin(TransactionOptions.defaults().isolation(level));
    assertEquals(level, tx.isolation());
    transactions[place] = new OpenTransaction(tx, model.newest(), new TreeMap<>());
    return true;
  }

  private void rollBack(int place) {
    OpenTransaction open = transactions[place];
    if (open != null) {
      open.tx().close();
      open.tx().close();
      assertThrows(IllegalStateException.class, () -> open.tx().read("k0"));
      transactions[place] = null;
    }
  }

  private boolean keep(int place, Snapshot snapshot, int state) {
    closeSnapshot(place);
    snapshots[place] = new OpenSnapshot(snapshot, state);
    return true;
  }

  private boolean closeSnapshot(int place) {
    OpenSnapshot open = snapshots[place];
    if (open == null) {
      return false;
    }
    open.snapshot().close();
    open.snapshot().close();
    assertThrows(IllegalStateException.class, () -> open.snapshot().read("k0"));
    snapshots[place] = null;
    return true;
  }

  /**
   * The past is answered as it was. The newest state is final only if a revision without changes
   * has come after it; else it is refused.
   */
  private boolean takeSnapshotAt(ProgramStep step) {
    int number = model.newest() - step.limit();
    if (number < 1) {
      return false;
    }
    Snapshot snapshot;
    try {
      snapshot = storage.snapshotAt(Timestamp.of(model.state(number).timestamp()));
    } catch (TransactionTooOldException e) {
      assertEquals(model.newest(), number, "refused, and has been followed by a commit");
      return true;
    }
    return keep(step.view(), snapshot, number);
  }

  private boolean runTransaction(ProgramStep step) {
    Map<Bytes, @Nullable Bytes> writes = new TreeMap<>();
    Bytes seen =
        storage.callTransaction(
            tx -> {
              Bytes before = tx.read(step.keyBytes());
              if (step.limit() == 0) {
                tx.delete(step.keyBytes());
                writes.put(step.keyBytes(), null);
              } else {
                tx.write(step.keyBytes(), step.value());
                writes.put(step.keyBytes(), step.value());
              }
              return before;
            });
    assertEquals(model.state(model.newest()).entries().get(step.keyBytes()), seen);
    try (Snapshot snapshot = storage.snapshot()) {
      applied(writes, snapshot.timestamp(), snapshot.revision());
    }
    return true;
  }

  private boolean runThatThrows(ProgramStep step) {
    ArithmeticException thrown = new ArithmeticException("by the body");
    ArithmeticException caught =
        assertThrows(
            ArithmeticException.class,
            () ->
                storage.runTransaction(
                    tx -> {
                      tx.write(step.keyBytes(), step.value());
                      throw thrown;
                    }));
    assertTrue(caught == thrown, "passed on unchanged");
    return true;
  }

  private void applied(
      Map<Bytes, @Nullable Bytes> writes, @Nullable Timestamp given, long revision) {
    boolean any =
        writes.entrySet().stream()
            .anyMatch(
                write ->
                    write.getValue() != null
                        || model.state(model.newest()).entries().containsKey(write.getKey()));
    if (any) {
      long timestamp = Objects.requireNonNull(given).nanosSinceEpoch();
      assertTrue(timestamp > model.state(model.newest()).timestamp(), "timestamps rise");
      assertTrue(revision > lastRevision, "revisions rise");
      lastRevision = revision;
      model.apply(writes, timestamp);
    }
  }

  private boolean goOn(ProgramStep step) {
    OpenIterator open = iterators[step.view()];
    if (open == null || !Arrays.asList(transactions).contains(open.of())) {
      return false;
    }
    for (int i = 0; i < step.limit(); i++) {
      assertEquals(open.model().hasNext(), open.actual().hasNext());
      if (open.model().hasNext()) {
        assertEquals(open.model().next(), open.actual().next());
      }
    }
    return true;
  }

  private boolean readSomewhere(ProgramStep step) {
    OpenTransaction transaction = transactions[step.view()];
    if (transaction != null && step.limit() % 2 == 0) {
      compare(step, transaction.tx(), entries(transaction));
      return true;
    }
    OpenSnapshot open = snapshots[step.view()];
    if (open != null) {
      compare(step, open.snapshot(), model.view(open.state(), Map.of()));
    }
    return open != null;
  }

  private NavigableMap<Bytes, Bytes> entries(OpenTransaction open) {
    return model.view(open.isSnapshot() ? open.begunAt() : model.newest(), open.writes());
  }

  private static void compare(
      ProgramStep step, ReadView view, NavigableMap<Bytes, Bytes> expected) {
    KeyRange range = step.range();
    List<Entry> ascending = ProgramModel.scan(expected, range, false);
    List<Entry> descending = ProgramModel.scan(expected, range, true);
    int limit = step.limit();
    switch (step.kind()) {
      case READ -> {
        assertEquals(expected.get(step.keyBytes()), view.read(step.keyBytes()));
        assertEquals(expected.containsKey(step.keyBytes()), view.exists(step.keyBytes()));
      }
      case SCAN -> {
        assertEquals(ascending, list(view.scan(range)));
        assertEquals(first(limit, ascending), list(view.scan(range, limit)));
      }
      case SCAN_DESCENDING -> {
        assertEquals(descending, list(view.scanDescending(range)));
        assertEquals(first(limit, descending), list(view.scanDescending(range, limit)));
      }
      case COUNT -> assertEquals(ascending.size(), view.count(range));
      default -> throw new IllegalArgumentException("not a read: " + step);
    }
  }

  private static List<Entry> list(Iterable<Entry> entries) {
    List<Entry> all = new ArrayList<>();
    entries.forEach(all::add);
    return all;
  }

  private static List<Entry> first(int limit, List<Entry> entries) {
    return entries.subList(0, Math.min(limit, entries.size()));
  }

  private boolean inTransaction(ProgramStep step) {
    OpenTransaction open = transactions[step.view()];
    if (open == null) {
      return false;
    }
    ExplicitTransaction tx = open.tx();
    switch (step.kind()) {
      case COMMIT -> commit(step.view(), open);
      case ROLL_BACK -> rollBack(step.view());
      case WRITE -> {
        assertTrue(tx.write(step.keyBytes(), step.value()) == tx, "returns itself");
        open.writes().put(step.keyBytes(), step.value());
      }
      case DELETE -> {
        assertTrue(tx.delete(step.keyBytes()) == tx, "returns itself");
        open.writes().put(step.keyBytes(), null);
      }
      case DELETE_RANGE -> {
        List<Entry> present = ProgramModel.scan(entries(open), step.range(), false);
        assertTrue(tx.delete(step.range()) == tx, "returns itself");
        present.forEach(entry -> open.writes().put(entry.key(), null));
      }
      case OPEN_ITERATOR -> {
        boolean descending = step.limit() % 2 == 1;
        KeyRange range = step.range();
        iterators[step.view()] =
            new OpenIterator(
                open,
                (descending ? tx.scanDescending(range) : tx.scan(range)).iterator(),
                ProgramModel.scan(entries(open), range, descending).iterator());
      }
      case EMPTY_KEY -> refused(tx, Bytes.EMPTY);
      case RESERVED_KEY -> refused(tx, Bytes.of((byte) 0).concat(step.keyBytes()));
      case LONG_KEY -> {
        Bytes absent = Bytes.utf8("k".repeat(Limits.MAX_KEY_BYTES + 1));
        assertNull(tx.read(absent));
        assertThrows(IllegalArgumentException.class, () -> tx.write(absent, Bytes.EMPTY));
      }
      case LONG_VALUE -> {
        Bytes value = Bytes.of(new byte[(int) MAX_VALUE_BYTES + 1]);
        assertThrows(IllegalArgumentException.class, () -> tx.write(step.keyBytes(), value));
      }
      case BAD_RANGE ->
          assertThrows(
              IllegalArgumentException.class,
              () -> tx.scan(KeyRange.closedOpen(step.keyBytes().successor(), step.keyBytes())));
      case NEGATIVE_LIMIT ->
          assertThrows(
              IllegalArgumentException.class, () -> tx.scan(step.range(), -1 - step.limit()));
      case USE_AFTER_END -> {
        rollBack(step.view());
        assertThrows(IllegalStateException.class, () -> tx.write("k0", "1"));
        assertThrows(IllegalStateException.class, () -> tx.scan(KeyRange.all()));
        assertThrows(IllegalStateException.class, () -> tx.count(KeyRange.all()));
        assertThrows(IllegalStateException.class, tx::commit);
      }
      default -> throw new IllegalArgumentException("not in a transaction: " + step);
    }
    return true;
  }

  private static void refused(Transaction tx, Bytes key) {
    assertThrows(IllegalArgumentException.class, () -> tx.read(key));
    assertThrows(IllegalArgumentException.class, () -> tx.write(key, Bytes.EMPTY));
    assertThrows(IllegalArgumentException.class, () -> tx.delete(key));
  }

  private void commit(int place, OpenTransaction open) {
    transactions[place] = null;
    boolean conflict = open.isSnapshot() && model.conflicts(open.begunAt(), open.writes());
    CommitResult result;
    try {
      result = open.tx().commit();
    } catch (TransactionConflictException e) {
      assertTrue(conflict, "a conflict without another commit");
      return;
    }
    assertFalse(conflict, "it should conflict");
    applied(open.writes(), result.timestamp(), result.revision());
  }

  @Override
  public void close() {
    storage.close();
    store.close();
  }
}
