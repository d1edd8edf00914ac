package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event.EventType;
import io.etcd.jetcd.api.KeyValue;
import io.petacore.data.Bytes;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchRevisionsTest {

  private final WatchRevisions revisions = new WatchRevisions(10);

  static io.etcd.jetcd.api.Event put(long revision, String key) {
    return io.etcd.jetcd.api.Event.newBuilder()
        .setKv(
            KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8("v" + revision))
                .setModRevision(revision)
                .setVersion(3))
        .build();
  }

  private static io.etcd.jetcd.api.Event delete(long revision, String key) {
    return io.etcd.jetcd.api.Event.newBuilder()
        .setType(EventType.DELETE)
        .setKv(KeyValue.newBuilder().setKey(ByteString.copyFromUtf8(key)).setModRevision(revision))
        .build();
  }

  private static Event putEvent(long revision, String key) {
    return new Event(Bytes.utf8(key), Bytes.utf8("v" + revision), 3);
  }

  @Test
  void groupsByRevision() {
    assertEquals(
        List.of(
            new RevisionEvents(10, List.of(putEvent(10, "a"), new Event(Bytes.utf8("b"), null, 0))),
            new RevisionEvents(12, List.of(putEvent(12, "a")))),
        revisions.take(List.of(put(10, "a"), delete(10, "b"), put(12, "a")), false));
  }

  @Test
  void dropsRevisionsBelowTheStartAndDeliveredOnes() {
    assertEquals(List.of(10L, 11L), whole(put(9, "a"), put(10, "a"), put(11, "a")));
    assertEquals(List.of(12L), whole(put(10, "a"), put(11, "a"), put(12, "a")));
    assertEquals(List.of(), whole(put(12, "a")));
  }

  @Test
  void rejectsAMessageOutOfOrder() {
    assertThrows(IllegalStateException.class, () -> whole(put(12, "a"), put(11, "a")));
  }

  /** Fails if a part of a revision is delivered as a revision. */
  @Test
  void aRevisionInFragmentsIsDeliveredWhenItIsComplete() {
    assertEquals(List.of(10L), fragment(put(10, "a"), put(11, "a")));
    assertEquals(11, revisions.next());
    assertEquals(List.of(), fragment(put(11, "b")));
    assertEquals(
        List.of(
            new RevisionEvents(
                11, List.of(putEvent(11, "a"), putEvent(11, "b"), putEvent(11, "c")))),
        revisions.take(List.of(put(11, "c")), false));
    assertEquals(12, revisions.next());
    assertEquals(List.of(12L), whole(put(12, "a")));
  }

  /** Fails if all fragments of a response are buffered before the first revision is delivered. */
  @Test
  void aRevisionIsCompleteWhenALaterOneStarts() {
    assertEquals(List.of(), fragment(put(10, "a")));
    assertEquals(List.of(10L, 11L), fragment(put(11, "a"), put(12, "a")));
    assertEquals(List.of(12L, 13L), whole(put(13, "a")));
  }

  @Test
  void deliveredRevisionsAreDroppedInFragments() {
    assertEquals(List.of(), fragment(put(8, "a"), put(9, "a")));
    assertEquals(List.of(10L), fragment(put(9, "b"), put(10, "a"), put(11, "a")));
    assertEquals(List.of(11L), whole(put(11, "b")));
  }

  @Test
  void rejectsFragmentsOutOfOrder() {
    fragment(put(12, "a"));
    assertThrows(IllegalStateException.class, () -> fragment(put(11, "a")));
  }

  /** Fails if a large revision, such as the deletion of a prefix, can fill the heap. */
  @Test
  void theSizeOfAnIncompleteRevisionIsBounded() {
    List<io.etcd.jetcd.api.Event> fragment =
        List.of(put(10, "k".repeat(1 << 20)), put(10, "l".repeat(1 << 20)));
    StoreException refused =
        assertThrows(
            StoreException.class,
            () -> {
              for (int i = 0; i < 100; i++) {
                revisions.take(fragment, true);
              }
            });
    assertEquals(StoreException.Kind.TOO_LARGE, refused.kind());
    assertEquals(10, revisions.next());
  }

  private List<Long> whole(io.etcd.jetcd.api.Event... events) {
    return numbers(revisions.take(List.of(events), false));
  }

  private List<Long> fragment(io.etcd.jetcd.api.Event... events) {
    return numbers(revisions.take(List.of(events), true));
  }

  private static List<Long> numbers(List<RevisionEvents> groups) {
    return groups.stream().map(RevisionEvents::revision).toList();
  }
}
