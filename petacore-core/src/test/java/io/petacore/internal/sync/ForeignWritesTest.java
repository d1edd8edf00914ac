package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.mvcc.RecordingRevisionListener;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import io.petacore.store.Event;
import io.petacore.store.Operation;
import io.petacore.store.RevisionEvents;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How the Synchronizer handles commit records, bookkeeping keys and foreign writes. */
class ForeignWritesTest extends NodeFixture {

  // ---- commit records

  @Test
  void aRevisionHasTheTimestampOfItsCommitOrTheNextOne() {
    ScriptedWatch watch = node.follow();
    assertEquals(1, node.timestamp());
    node.store.change(record(10_000), put("a", "1"));
    watch.deliver();
    assertEquals(10_000, node.timestamp());
    node.store.change(put("a", "foreign"));
    watch.deliver();
    assertEquals(10_001, node.timestamp());
    node.store.change(record(9_000), put("a", "late clock"));
    watch.deliver();
    assertEquals(10_002, node.timestamp());
    node.store.change(record(10_003), put("a", "4"));
    watch.deliver();
    assertEquals(10_003, node.timestamp());
  }

  @Test
  void theClockReceivesTheTimestampsOfCommits() {
    node.store.change(record(1_000_300));
    ScriptedWatch watch = node.follow();
    assertEquals(1_000_301, node.clock.now(), "from the load");
    node.store.change(record(1_000_900));
    watch.deliver();
    assertEquals(1_000_901, node.clock.now(), "from the watch");
  }

  @Test
  void aTimestampTooFarAheadIsNotReceived() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(1_001_001), put("a", "1"));
    watch.deliver();
    assertEquals(1_001_001, node.timestamp(), "the version is that of all nodes");
    assertEquals(1_000_000, node.clock.now());
    assertEquals(1, node.synchronizer.counters().clocksRefused());
    node.store.change(record(1_000_500));
    watch.deliver();
    assertEquals(1_001_002, node.timestamp());
    assertEquals(1, node.synchronizer.counters().clocksRefused());
  }

  @Test
  void aMalformedRecordIsIgnored() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(Bytes.utf8("garbage")), put("a", "2"));
    node.store.change(record(Bytes.EMPTY), put("a", "3"));
    watch.deliver();
    assertEquals(10_002, node.timestamp());
    assertEquals(Map.of("a", "3"), node.contents());
    assertEquals(2, node.synchronizer.counters().malformedRecords());
    node.store.change(record(20_000), put("a", "4"));
    watch.deliver();
    assertEquals(20_000, node.timestamp(), "the put count continues");
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  @Test
  void aMalformedLoadedRecordIsIgnored() {
    node.store.change(record(Bytes.utf8("garbage")), put("a", "1"));
    ScriptedWatch watch = node.follow();
    assertEquals(1, node.timestamp());
    assertEquals(1, node.synchronizer.counters().malformedRecords());
    watch.end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(0, node.synchronizer.counters().resyncs(), "it is still the same history");
    node.store.watch().open();
    node.store.change(record(20_000));
    node.store.watch().deliver();
    assertEquals(20_000, node.timestamp());
  }

  @Test
  void aDeletedRecordRestartsThePutCount() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(new Operation.Delete(Node.recordKey()));
    watch.deliver();
    assertEquals(10_001, node.timestamp());
    watch.end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(2, node.store.watches().size(), "no record is what is expected");
    node.store.watch().open();
    node.store.change(record(20_000), put("a", "2"));
    node.store.watch().deliver();
    assertEquals(20_000, node.timestamp());
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  // ---- bookkeeping

  @Test
  void everyPublicationIsReportedWithItsBookkeeping() {
    node.store.change(record(10_000), put("\0s/1", "one"), put("\0x", "holder"), put("a", "1"));
    ScriptedWatch watch = node.follow();
    assertEquals(1, node.listener.publications.size());
    assertTrue(node.lastPublication().loaded());
    assertFalse(node.lastPublication().anotherHistory());
    assertEquals(node.cache.applied(), node.lastPublication().now());
    assertEquals(2, node.lastPublication().commits().recordRevision());
    assertEquals(10_000, timestamp(node.lastPublication()));
    assertEquals(
        List.of(bookkeeping("\0s/1", 2, "one"), bookkeeping("\0x", 2, "holder")),
        node.lastPublication().commits().bookkeeping());

    node.store.change(put("a", "2"));
    watch.deliver();
    assertFalse(node.lastPublication().loaded());
    assertEquals(node.cache.applied(), node.lastPublication().now());
    assertEquals(2, node.lastPublication().commits().recordRevision(), "as it stands");
    assertNull(node.lastPublication().commits().record(), "not of this revision");
    assertEquals(List.of(), node.lastPublication().commits().bookkeeping());

    node.store.change(put("\0s/1", "advanced"), delete("\0x"), record(20_000));
    node.store.change(record(Bytes.utf8("garbage")));
    watch.deliver();
    assertEquals(4, node.listener.publications.size());
    RecordingRevisionListener.Publication third = node.listener.publications.get(2);
    assertEquals(4, third.commits().recordRevision());
    assertEquals(20_000, timestamp(third));
    assertEquals(
        List.of(
            bookkeeping("\0s/1", 4, "advanced"),
            new Bookkeeping(Bytes.utf8("\0x"), 0, null, false)),
        third.commits().bookkeeping());
    assertEquals(5, node.lastPublication().commits().recordRevision());
    assertNull(node.lastPublication().commits().record());
    assertEquals(0, node.synchronizer.counters().ignoredKeys());

    watch.deliver(watch.revision(4));
    assertEquals(4, node.listener.publications.size(), "an applied revision is not reported again");
  }

  private static Bookkeeping bookkeeping(String key, long revision, String value) {
    return new Bookkeeping(Bytes.utf8(key), revision, Bytes.utf8(value), false);
  }

  private static long timestamp(RecordingRevisionListener.Publication publication) {
    CommitRecord record = publication.commits().record();
    return record == null ? 0 : record.timestamp();
  }

  // ---- foreign writes

  @Test
  void foreignKeysInTheReservedRangeAreIgnoredAndCounted() {
    node.store.change(put("\0foreign", "1"), put("", "1"), put("a", "1"));
    ScriptedWatch watch = node.follow();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(2, node.synchronizer.counters().ignoredKeys());
    node.store.change(put("\0", "2"), put("", "2"), put("a", "2"));
    node.store.change(delete("\0foreign"), delete(""));
    watch.deliver();
    assertEquals(Map.of("a", "2"), node.contents());
    assertEquals(1, node.cache.applied().keys());
    assertEquals(6, node.synchronizer.counters().ignoredKeys());
    assertEquals(4, node.revision());
  }

  @Test
  void bookkeepingKeysAreNotCountedAsForeign() {
    node.store.change(put("\0f", "petacore 1 buckets=4096"), put("\0s/1", "x"), put("\0x", "x"));
    ScriptedWatch watch = node.follow();
    node.store.change(put("\0d/7", ""), put("\0s/2", "x"));
    watch.deliver();
    assertEquals(0, node.synchronizer.counters().ignoredKeys());
    assertEquals(Map.of(), node.contents());
    assertEquals(0, node.cache.applied().keys());
    assertEquals(3, node.find("\0d/7").modRevision());
    assertNull(node.cache.find(Bytes.utf8("\0s/2"), node.timestamp()));
  }

  @Test
  void aNestedNamespaceIsDetectedInTheLoad() {
    node.store.change(put("inner/\0f", "petacore 1 buckets=4096"));
    node.follow();
    assertEquals(Bytes.utf8("n/inner/\0f"), node.synchronizer.nestedNamespace().orElseThrow());
  }

  @Test
  void aNestedNamespaceIsDetectedByTheWatch() {
    ScriptedWatch watch = node.follow();
    node.store.change(put("x\0f", "just data"), put("\0f", "petacore 1 buckets=4096"));
    watch.deliver();
    assertTrue(node.synchronizer.nestedNamespace().isEmpty());
    node.store.change(put("x/\0f", "petacore 9 what=ever"));
    watch.deliver();
    assertEquals(Bytes.utf8("n/x/\0f"), node.synchronizer.nestedNamespace().orElseThrow());
  }

  @Test
  void theLastOfSeveralChangesToAKeyWins() {
    ScriptedWatch watch = node.follow();
    Bytes key = Bytes.utf8("n/a");
    watch.deliver(
        new RevisionEvents(
            2,
            List.of(
                new Event(key, Bytes.utf8("1"), 1),
                new Event(key, null, 0),
                new Event(key, Bytes.utf8("2"), 1))));
    assertEquals(Map.of("a", "2"), node.contents());
    watch.deliver(
        new RevisionEvents(
            3, List.of(new Event(key, Bytes.utf8("3"), 2), new Event(key, null, 0))));
    assertEquals(Map.of(), node.contents());
    assertEquals(0, node.cache.applied().keys());
  }
}
