package io.petacore.store;

import static io.petacore.store.StoreUnderTest.names;
import static io.petacore.testing.Answers.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.KeyRange;
import io.petacore.testing.RecordingListener;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract of reads and watches at compacted revisions. */
interface CompactionContract {

  StoreUnderTest under();

  @Test
  default void belowTheCompactedRevisionNothingIsRead() throws Exception {
    long first = under().write(under().put("a", "1"));
    long second = under().write(under().put("a", "2"));
    long third = under().write(under().put("a", "3"));

    under().compact(second);

    assertFails(
        StoreException.Kind.COMPACTED,
        under().store().range(new RangeRequest(under().all(), first, 0)));
    assertFails(
        StoreException.Kind.COMPACTED,
        under().store().range(new RangeRequest(under().all(), second - 1, 0)));
    assertEquals(List.of(under().entry("a", "2", second, 2)), under().entriesAt(second));
    assertEquals(List.of(under().entry("a", "3", third, 3)), under().entriesAt(third));
    assertEquals(List.of(under().entry("a", "3", third, 3)), under().entries());
  }

  @Test
  default void belowTheCompactedRevisionNothingIsWatched() throws Exception {
    long first = under().write(under().put("a", "1"));
    long second = under().write(under().put("a", "2"));
    long third = under().write(under().put("a", "3"));

    under().compact(second);

    for (long gone = first; gone < second; gone++) {
      RecordingListener listener = under().watch(under().all(), gone);
      assertEquals(StoreException.Kind.COMPACTED, listener.awaitEnd().kind());
      listener.assertQuiet();
    }
    RecordingListener kept = under().watch(under().all(), second).awaitOpened();
    assertEquals(
        List.of(second, third),
        kept.nextRevisions(2).stream().map(RevisionEvents::revision).toList());
  }

  @Test
  default void aWatchThatIsUpToDateGoesOnOverACompaction() throws Exception {
    RecordingListener listener = under().watch(under().all(), under().newest() + 1).awaitOpened();
    long first = under().write(under().put("a", "1"));
    assertEquals(first, listener.nextRevision().revision());
    under().compact(first);
    long second = under().write(under().put("a", "2"));
    assertEquals(List.of(under().putEvent("a", "2", 2)), listener.nextRevision().events());
    under().compact(second);
    long third = under().write(under().delete("a"));
    assertEquals(third, listener.nextRevision().revision());
    listener.assertQuiet();
  }

  @Test
  default void thePresentSurvivesCompaction() throws Exception {
    long old = under().commit(under().put("a", "1"), under().put("gone", "1")).revision();
    under().write(under().put("b", "1"));
    long newer = under().write(under().put("b", "2"));
    under().write(under().delete("gone"));
    long last = under().write(under().put("c", "1"));

    under().compact(last);

    assertEquals(
        List.of(
            under().entry("a", "1", old, 1),
            under().entry("b", "2", newer, 2),
            under().entry("c", "1", last, 1)),
        under().entries());
    BatchResult guarded =
        under()
            .commit(
                new Batch(
                    List.of(under().guard("a", old), under().guard("gone", 0)),
                    List.of(under().put("b", "3"), under().put("gone", "2")),
                    List.of()));
    assertTrue(guarded.applied());
    assertEquals(under().entry("b", "3", guarded.revision(), 3), under().get("b"));
    assertEquals(under().entry("gone", "2", guarded.revision(), 1), under().get("gone"));
    assertNull(under().get("absent"));
  }

  @Test
  default void aRangeInPagesNoticesThatItsRevisionWasCompacted() throws Exception {
    for (String name : names(10)) {
      under().write(under().put(name, "1"));
    }
    long revision = under().newest();
    RangePage page = under().page(under().all(), revision, 4);
    assertTrue(page.more());
    long later = under().write(under().delete("0007"));

    under().compact(later);

    KeyRange rest = under().all().startingAt(under().key("0004"));
    assertFails(
        StoreException.Kind.COMPACTED, under().store().range(new RangeRequest(rest, revision, 4)));
    assertEquals(9, under().entriesAt(later).size());
  }
}
