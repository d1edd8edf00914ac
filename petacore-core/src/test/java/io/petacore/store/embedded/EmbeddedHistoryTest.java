package io.petacore.store.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.testing.Answers;
import io.petacore.testing.RecordingListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The retained history of the embedded store, and its delivery. */
class EmbeddedHistoryTest {
  private static final KeyRange ALL = KeyRange.prefix(Bytes.EMPTY);

  /** The size of a change of one key byte and one value byte. */
  private static final long CHANGE = RevisionLog.BYTES_PER_EVENT + 2;

  private EmbeddedKvStore store = EmbeddedKvStore.inMemory();

  @AfterEach
  void close() {
    store.close();
  }

  private void reopen(long historyBytes) {
    store.close();
    store = EmbeddedKvStore.builder().historyBytes(historyBytes).build();
  }

  private long commit(Operation... operations) {
    return store.commit(new Batch(List.of(), List.of(operations), List.of())).join().revision();
  }

  private long put(String key) {
    return commit(new Operation.Put(Bytes.utf8(key), Bytes.utf8("v")));
  }

  private void assertReadable(long revision) throws Exception {
    Answers.answer(store.range(new RangeRequest(ALL, revision, 0)));
  }

  private void assertCompacted(long revision) {
    Answers.assertFails(
        StoreException.Kind.COMPACTED, store.range(new RangeRequest(ALL, revision, 0)));
  }

  @Test
  void revisionsStartAtOneAsInEtcd() throws Exception {
    assertEquals(1, Answers.answer(store.range(new RangeRequest(ALL, 0, 0))).revision());
    assertReadable(1);
    RecordingListener listener = new RecordingListener();
    store.watch(ALL, 1, listener);
    assertEquals(2, put("k"));
    assertEquals(2, listener.awaitOpened().nextRevision().revision());
    assertThrows(IllegalArgumentException.class, () -> store.watch(ALL, 0, listener));
  }

  @Test
  void theNewestHistoryIsKeptWithinTheBound() throws Exception {
    reopen(10 * CHANGE);
    long newest = 0;
    for (int i = 0; i < 1_000; i++) {
      newest = put("k");
    }
    assertReadable(newest - 9);
    assertCompacted(newest - 10);
    RecordingListener listener = new RecordingListener();
    store.watch(ALL, newest - 9, listener);
    assertEquals(10, listener.awaitOpened().nextRevisions(10).size());
    RecordingListener tooLate = new RecordingListener();
    store.watch(ALL, newest - 10, tooLate);
    assertEquals(StoreException.Kind.COMPACTED, tooLate.awaitEnd().kind());
  }

  @Test
  void theNewestRevisionIsKeptWhateverItsSize() throws Exception {
    reopen(1);
    RecordingListener listener = new RecordingListener();
    store.watch(ALL, 1, listener);
    listener.awaitOpened();
    for (int i = 0; i < 100; i++) {
      long revision = put("k" + i);
      assertReadable(revision);
      if (i > 0) {
        assertCompacted(revision - 1);
      }
      assertEquals(revision, listener.nextRevision().revision());
    }
  }

  @Test
  void deletedKeysAreRemovedWithTheirHistory() {
    Leases leases = new Leases();
    KeySpace keys = new KeySpace(leases, 20 * CHANGE);
    for (int i = 0; i < 10_000; i++) {
      Bytes key = Bytes.utf8("key-" + i);
      keys.apply(List.of(new Operation.Put(key, Bytes.EMPTY)));
      keys.apply(List.of(new Operation.Delete(key)));
    }
    assertTrue(keys.tracked() <= 20, "still tracked: " + keys.tracked());
    keys.apply(List.of(new Operation.Put(Bytes.utf8("last"), Bytes.EMPTY)));
    keys.compact(keys.newest());
    assertEquals(1, keys.tracked());
  }

  @Test
  void compactionFreesOldVersionsOnly() {
    KeyHistory history = new KeyHistory();
    history.put(2, Bytes.utf8("a"), 0);
    history.put(3, Bytes.utf8("b"), 0);
    history.delete(5);
    history.put(7, Bytes.utf8("c"), 0);

    assertEquals(false, history.trim(4));
    assertEquals(3, revisionAt(history, 4));
    assertEquals(0, revisionAt(history, 2), "superseded before the compacted revision");
    assertEquals(5, revisionAt(history, 6));
    assertEquals(false, history.trim(6));
    assertEquals(0, revisionAt(history, 6), "a deletion is no more than nothing");
    assertEquals(7, revisionAt(history, 7));
    history.delete(8);
    assertEquals(true, history.trim(8));
  }

  private static long revisionAt(KeyHistory history, long revision) {
    Version version = history.at(revision);
    return version == null ? 0 : version.revision;
  }

  @Test
  void compactionIsBoundedByTheNewestRevisionAndMayBeRepeated() throws Exception {
    long first = put("a");
    long newest = put("a");
    StoreException refused = assertThrows(StoreException.class, () -> store.compact(newest + 1));
    assertEquals(StoreException.Kind.FUTURE_REVISION, refused.kind());
    store.compact(newest);
    store.compact(newest);
    store.compact(first);
    assertReadable(newest);
    assertCompacted(first);
    assertEquals(newest + 1, put("a"));
  }

  @Test
  void aWatchThatFallsBehindTheCompactionEnds() throws Exception {
    reopen(10 * CHANGE);
    CompletableFuture<Void> release = new CompletableFuture<>();
    RecordingListener slow = new RecordingListener(revisions -> release.join());
    store.watch(ALL, 1, slow);
    slow.awaitOpened();
    long first = put("k");
    assertEquals(first, slow.nextRevision().revision());
    for (int i = 0; i < 100; i++) {
      put("k");
    }
    release.complete(null);
    assertEquals(StoreException.Kind.COMPACTED, slow.awaitEnd().kind());
  }

  @Test
  void catchingUpIsDeliveredInCallsOfBoundedSize() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      put("k");
    }
    assertEquals(List.of(512, 512, 512, 464), callSizes(2_000));

    reopen(Long.MAX_VALUE);
    for (int i = 0; i < 100; i++) {
      List<Operation> puts = new ArrayList<>();
      for (int j = 0; j < 128; j++) {
        puts.add(new Operation.Put(Bytes.utf8("k" + j), Bytes.EMPTY));
      }
      commit(puts.toArray(Operation[]::new));
    }
    assertEquals(List.of(32, 32, 32, 4), callSizes(100));
  }

  /** The number of revisions of each call of a watch that catches up. */
  private List<Integer> callSizes(int revisions) throws Exception {
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    RecordingListener listener = new RecordingListener(call -> sizes.add(call.size()));
    store.watch(ALL, 1, listener);
    listener.awaitOpened().nextRevisions(revisions);
    store.close();
    return sizes;
  }
}
