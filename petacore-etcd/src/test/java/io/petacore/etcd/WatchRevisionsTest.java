package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event.EventType;
import io.etcd.jetcd.api.KeyValue;
import io.petacore.data.Bytes;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
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
        revisions.next(List.of(put(10, "a"), delete(10, "b"), put(12, "a"))));
  }

  @Test
  void dropsWhatLiesBelowTheStartAndWhatWasDelivered() {
    assertEquals(
        List.of(10L, 11L),
        numbers(revisions.next(List.of(put(9, "a"), put(10, "a"), put(11, "a")))));
    assertEquals(
        List.of(12L), numbers(revisions.next(List.of(put(10, "a"), put(11, "a"), put(12, "a")))));
    assertEquals(List.of(), revisions.next(List.of(put(12, "a"))));
  }

  @Test
  void refusesAMessageOutOfOrder() {
    assertThrows(
        IllegalStateException.class, () -> revisions.next(List.of(put(12, "a"), put(11, "a"))));
  }

  private static List<Long> numbers(List<RevisionEvents> groups) {
    return groups.stream().map(RevisionEvents::revision).toList();
  }
}
