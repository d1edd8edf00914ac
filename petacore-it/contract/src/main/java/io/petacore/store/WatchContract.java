package io.petacore.store;

import static io.petacore.store.StoreUnderTest.batch;
import static io.petacore.store.StoreUnderTest.group;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.testing.Answers;
import io.petacore.testing.RecordingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The contract of {@link KvStore#watch}. */
interface WatchContract {

  StoreUnderTest under();

  @Test
  default void aWatchTellsThePastAndThenThePresent() throws Exception {
    long before = under().write(under().put("k", "0"));
    List<RevisionEvents> expected = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      long revision = under().write(under().put("k", "" + i));
      expected.add(revision(revision, under().putEvent("k", "" + i, i + 1)));
    }

    RecordingListener listener = under().watch(under().all(), before + 1).awaitOpened();
    assertEquals(expected, listener.nextRevisions(3));

    long deleted = under().write(under().delete("k"));
    assertEquals(revision(deleted, under().deleteEvent("k")), listener.nextRevision());
    long again = under().write(under().put("k", ""));
    assertEquals(revision(again, under().putEvent("k", "", 1)), listener.nextRevision());
    listener.assertQuiet();
  }

  private static RevisionEvents revision(long revision, Event... events) {
    return new RevisionEvents(revision, List.of(events));
  }

  @Test
  default void theFirstRevisionAskedForIsIncluded() throws Exception {
    long first = under().write(under().put("a", "1"));
    long second = under().write(under().put("a", "2"));
    assertEquals(
        List.of(first, second), revisionsOf(under().watch(under().all(), first).awaitOpened(), 2));
    assertEquals(
        List.of(second), revisionsOf(under().watch(under().all(), second).awaitOpened(), 1));
  }

  private static List<Long> revisionsOf(RecordingListener listener, int count) throws Exception {
    return listener.nextRevisions(count).stream().map(RevisionEvents::revision).toList();
  }

  @Test
  default void aRevisionComesWholeInTheOrderOfItsOperations() throws Exception {
    long start = under().commit(under().put("old", "1"), under().put("stays", "1")).revision();
    RecordingListener live = under().watch(under().all(), start + 1).awaitOpened();

    BatchResult result =
        under()
            .commit(
                under().put("z", "1"),
                group(List.of(under().holds()), under().put("m", "2"), under().delete("old")),
                group(List.of(under().fails()), under().put("not", "9")),
                under().put("a", ""),
                under().delete("absent"));

    RevisionEvents expected =
        revision(
            result.revision(),
            under().putEvent("z", "1", 1),
            under().putEvent("m", "2", 1),
            under().deleteEvent("old"),
            under().putEvent("a", "", 1));
    assertEquals(expected, live.nextRevision());
    RecordingListener past = under().watch(under().all(), result.revision()).awaitOpened();
    assertEquals(expected, past.nextRevision());
  }

  @Test
  default void onlyKeysInTheRangeAreDelivered() throws Exception {
    KeyRange range = KeyRange.closedOpen(under().key("b"), under().key("d"));
    long start = under().newest() + 1;
    RecordingListener live = under().watch(range, start).awaitOpened();

    under().write(under().put("a", "outside"));
    long mixed =
        under()
            .commit(
                under().put("a", ""),
                under().put("b", ""),
                under().put("ca", ""),
                under().put("d", ""))
            .revision();
    under().write(under().put("d", "outside"));
    long last = under().write(under().delete("b"));

    List<RevisionEvents> expected =
        List.of(
            revision(mixed, under().putEvent("b", "", 1), under().putEvent("ca", "", 1)),
            revision(last, under().deleteEvent("b")));
    assertEquals(expected, live.nextRevisions(2));
    assertEquals(expected, under().watch(range, start).awaitOpened().nextRevisions(2));
    live.assertQuiet();
  }

  @Test
  default void oneKeyAndAnOpenEndCanBeWatched() throws Exception {
    long start = under().newest() + 1;
    RecordingListener one = under().watch(KeyRange.single(under().key("b")), start).awaitOpened();
    RecordingListener open = under().watch(KeyRange.atLeast(under().key("b")), start).awaitOpened();

    under().write(under().put("a", ""));
    long own = under().write(under().put("b", ""));
    long next = under().write(under().put("b0", ""));
    long again = under().write(under().put("b", ""));

    assertEquals(List.of(own, again), revisionsOf(one, 2));
    assertEquals(List.of(own, next, again), revisionsOf(open, 3));
  }

  @Test
  default void aWatchFromTheFutureWaitsForIt() throws Exception {
    long now = under().newest();
    RecordingListener listener = under().watch(under().all(), now + 3).awaitOpened();
    List<Long> written = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      written.add(under().write(under().put("k", "" + i)));
    }
    List<Long> expected = written.stream().filter(revision -> revision >= now + 3).toList();
    assertTrue(expected.size() >= 3);
    assertEquals(expected, revisionsOf(listener, expected.size()));
    listener.assertQuiet();
  }

  @Test
  default void catchingUpWhileOthersWriteLosesNothingAndRepeatsNothing() throws Exception {
    long start = under().newest() + 1;
    List<Long> written = new ArrayList<>();
    CompletableFuture<Void> writer =
        StoreUnderTest.start(
            () -> {
              for (int i = 0; i < 600; i++) {
                BatchResult done = under().commit(under().put("a", "" + i), under().put("b", ""));
                written.add(done.revision());
              }
            });
    List<RecordingListener> listeners = new ArrayList<>();
    while (!writer.isDone() && listeners.size() < 20) {
      listeners.add(under().watch(under().all(), start).awaitOpened());
    }
    Answers.answer(writer);
    for (RecordingListener listener : listeners) {
      List<RevisionEvents> received = listener.nextRevisions(written.size());
      assertEquals(written, received.stream().map(RevisionEvents::revision).toList());
      for (int i = 0; i < received.size(); i++) {
        assertEquals(
            List.of(under().putEvent("a", "" + i, i + 1), under().putEvent("b", "", i + 1)),
            received.get(i).events());
      }
      listener.assertQuiet();
    }
  }

  @Test
  default void aListenerMayCloseItsOwnWatch() throws Exception {
    AtomicReference<Watch> own = new AtomicReference<>();
    CompletableFuture<Void> known = new CompletableFuture<>();
    RecordingListener listener =
        new RecordingListener(
            revisions -> {
              known.join();
              own.get().close();
            });
    long start = under().newest() + 1;
    own.set(under().store().watch(under().all(), start, listener));
    known.complete(null);
    RecordingListener other = under().watch(under().all(), start).awaitOpened();

    listener.awaitOpened();
    long first = under().write(under().put("k", "1"));
    assertEquals(first, listener.nextRevision().revision());
    assertEquals(first, other.nextRevision().revision());
    for (int i = 0; i < 3; i++) {
      long later = under().write(under().put("k", "2"));
      assertEquals(later, other.nextRevision().revision());
    }
    listener.assertQuiet();
  }

  @Test
  default void nothingIsToldAfterClose() throws Exception {
    long start = under().newest() + 1;
    RecordingListener listener = new RecordingListener();
    Watch watch = under().store().watch(under().all(), start, listener);
    listener.awaitOpened();
    RecordingListener other = under().watch(under().all(), start).awaitOpened();
    under().write(under().put("k", "1"));
    listener.nextRevision();
    other.nextRevision();

    watch.close();
    watch.close();
    for (int i = 0; i < 3; i++) {
      under().write(under().put("k", "2"));
      other.nextRevision();
    }
    under().store().close();
    other.awaitEnd();
    listener.assertQuiet();
  }

  @Test
  default void aListenerThatThrowsEndsItsOwnWatchOnly() throws Exception {
    IllegalStateException thrown = new IllegalStateException("thrown by the listener, as planned");
    RecordingListener failing =
        new RecordingListener(
            revisions -> {
              throw thrown;
            });
    long start = under().newest() + 1;
    under().store().watch(under().all(), start, failing);
    failing.awaitOpened();
    RecordingListener other = under().watch(under().all(), start).awaitOpened();

    long first = under().write(under().put("k", "1"));
    assertEquals(first, failing.nextRevision().revision());
    assertEquals(thrown, failing.awaitEnd().getCause());
    assertEquals(first, other.nextRevision().revision());
    for (int i = 0; i < 3; i++) {
      long later = under().write(under().put("k", "2"));
      assertEquals(later, other.nextRevision().revision());
    }
    failing.assertQuiet();
  }

  @Test
  default void aListenerThatThrowsWhenOpenedIsToldTheEnd() throws Exception {
    RecordingListener record = new RecordingListener();
    WatchListener failing =
        new WatchListener() {
          @Override
          public void onOpened() {
            record.onOpened();
            throw new IllegalStateException("thrown by the listener, as planned");
          }

          @Override
          public void onRevisions(List<RevisionEvents> revisions) {
            record.onRevisions(revisions);
          }

          @Override
          public void onEnd(StoreException cause) {
            record.onEnd(cause);
          }
        };
    long start = under().write(under().put("k", "1"));
    under().store().watch(under().all(), start, failing);
    record.awaitOpened();
    assertInstanceOf(IllegalStateException.class, record.awaitEnd().getCause());
    assertEquals(
        start, under().watch(under().all(), start).awaitOpened().nextRevision().revision());
    record.assertQuiet();
  }

  /** A running call of a listener delays neither commits nor reads. */
  @Test
  default void aListenerAtWorkHoldsUpNoCall() throws Exception {
    CompletableFuture<Void> release = new CompletableFuture<>();
    RecordingListener slow = new RecordingListener(revisions -> release.join());
    long start = under().newest() + 1;
    under().store().watch(under().all(), start, slow);
    slow.awaitOpened();
    under().write(under().put("k", "1"));
    slow.nextRevision();

    long second = under().write(under().put("k", "2"));
    assertEquals(Bytes.utf8("2"), under().entries().get(0).value());
    slow.assertQuiet();

    release.complete(null);
    assertEquals(second, slow.nextRevision().revision());
  }

  @Test
  default void whatIsDeliveredCannotBeChanged() throws Exception {
    AtomicReference<List<RevisionEvents>> received = new AtomicReference<>();
    RecordingListener listener = new RecordingListener(received::set);
    long start = under().newest() + 1;
    under().store().watch(under().all(), start, listener);
    listener.awaitOpened();
    under().commit(batch(under().put("a", "1"), under().put("b", "1")));
    RevisionEvents revision = listener.nextRevision();
    assertThrows(UnsupportedOperationException.class, () -> revision.events().clear());
  }
}
