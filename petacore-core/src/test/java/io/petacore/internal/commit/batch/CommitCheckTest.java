package io.petacore.internal.commit.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.data.Bytes;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.internal.format.DeleteFences;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The guards of a transaction, and conflicts that the cache shows. */
class CommitCheckTest {
  private static final Duration RETENTION = Duration.ofSeconds(10);
  private static final Bytes KEY = Bytes.utf8("key");
  private static final Bytes OTHER = Bytes.utf8("other");

  private final ManualScheduler scheduler = new ManualScheduler();
  private final MvccCache cache = new MvccCache(RETENTION, scheduler::nanoTime);
  private final DeleteFences fences = new DeleteFences(1);
  private final Bytes fence = fences.fenceOf(KEY);
  private final CommitCheck check = new CommitCheck(cache, fences);
  private long revision = 1;

  CommitCheckTest() {
    cache.load(List.of(), 1, 10);
  }

  /** Applies a revision; its timestamp is ten times the revision. */
  private long apply(Object... keysAndValues) {
    revision++;
    Change[] changes = new Change[keysAndValues.length / 2];
    for (int i = 0; i < changes.length; i++) {
      Object value = keysAndValues[2 * i + 1];
      changes[i] = change((Bytes) keysAndValues[2 * i], value.equals("") ? null : value);
    }
    cache.apply(List.of(changes), revision, 10 * revision);
    return revision;
  }

  private Change change(Bytes key, @Nullable Object value) {
    return new Change(key, value == null ? null : Bytes.utf8(value.toString()), revision);
  }

  private long snapshot() {
    return cache.applied().timestamp();
  }

  private CommitCheck.Result check(long snapshot, Write... writes) {
    Deadline never = Deadline.in(Duration.ofHours(1), scheduler::nanoTime);
    return check.check(new CommitRequest(List.of(writes), snapshot, never));
  }

  private CommitCheck.Result.Clear clear(long snapshot, Write... writes) {
    return assertInstanceOf(CommitCheck.Result.Clear.class, check(snapshot, writes));
  }

  private void assertConflict(Bytes key, long snapshot, Write... writes) {
    assertEquals(new CommitCheck.Result.Conflict(key), check(snapshot, writes));
  }

  private static Write put(Bytes key) {
    return new Write(key, Bytes.utf8("new"));
  }

  private static Write delete(Bytes key) {
    return new Write(key, null);
  }

  @Test
  void aPresentKeyIsGuardedByItsModRevision() {
    long written = apply(KEY, "1");
    apply(OTHER, "1");
    CommitCheck.Result.Clear clear = clear(snapshot(), put(KEY));
    assertEquals(Map.of(KEY, written), clear.guards());
    assertEquals(List.of(put(KEY)), clear.writes());
    assertEquals(Set.of(), clear.deleteFences());
    assertEquals(revision, clear.at().revision());
  }

  @Test
  void aDeleteOfAPresentKeyWritesItsFence() {
    long written = apply(KEY, "1");
    CommitCheck.Result.Clear clear = clear(snapshot(), delete(KEY));
    assertEquals(Map.of(KEY, written), clear.guards());
    assertEquals(List.of(delete(KEY)), clear.writes());
    assertEquals(Set.of(fence), clear.deleteFences());
  }

  @Test
  void anAbsentKeyIsGuardedAsAbsentAndByItsFence() {
    CommitCheck.Result.Clear never = clear(snapshot(), put(KEY));
    assertEquals(Map.of(KEY, 0L, fence, 0L), never.guards());
    apply(KEY, "1");
    long deleted = apply(KEY, "", fence, "f");
    apply(OTHER, "1");
    CommitCheck.Result.Clear gone = clear(snapshot(), put(KEY));
    assertEquals(Map.of(KEY, 0L, fence, deleted), gone.guards());
    assertEquals(Set.of(), gone.deleteFences());
  }

  @Test
  void theFenceIsReadAtTheCheckNotAtTheSnapshot() {
    long snapshot = snapshot();
    apply(OTHER, "1");
    long moved = apply(OTHER, "", fence, "f");
    assertEquals(moved, clear(snapshot, put(KEY)).guards().get(fence));
  }

  @Test
  void aDeleteOfAnAbsentKeyIsOnlyAGuard() {
    CommitCheck.Result.Clear clear = clear(snapshot(), delete(KEY));
    assertEquals(Map.of(KEY, 0L, fence, 0L), clear.guards());
    assertEquals(List.of(), clear.writes());
    assertEquals(Set.of(), clear.deleteFences());
  }

  @Test
  void aKeyThatChangedSinceTheSnapshotIsAConflict() {
    apply(KEY, "1", OTHER, "1");
    long snapshot = snapshot();
    apply(KEY, "2");
    assertConflict(KEY, snapshot, put(OTHER), put(KEY));
    apply(OTHER, "", fence, "f");
    assertConflict(OTHER, snapshot, delete(OTHER));
    clear(snapshot(), put(KEY), put(OTHER));
  }

  @Test
  void aKeyThatWasCreatedAndDeletedSinceTheSnapshotIsAConflict() {
    long snapshot = snapshot();
    apply(KEY, "1");
    apply(KEY, "", fence, "f");
    assertConflict(KEY, snapshot, put(KEY));
    assertConflict(KEY, snapshot, delete(KEY));
  }

  @Test
  void aFenceThatMovedWhereALoadSkippedRevisionsIsAConflict() {
    long before = snapshot();
    revision = 5;
    cache.jump(List.of(change(fence, "f")), revision, 50, false);
    assertConflict(KEY, before, put(KEY));
    assertEquals(Map.of(KEY, 0L, fence, 5L), clear(snapshot(), put(KEY)).guards());
    long between = snapshot();
    apply(OTHER, "", fence, "g");
    clear(between, put(KEY));
    revision = 9;
    cache.jump(List.of(change(OTHER, "1")), revision, 90, false);
    assertConflict(KEY, between, put(KEY));
    long later = snapshot();
    revision = 12;
    cache.jump(List.of(change(OTHER, "2")), revision, 120, false);
    clear(later, put(KEY));
  }

  @Test
  void aSnapshotOlderThanTheHistoryIsRefused() {
    long snapshot = snapshot();
    apply(KEY, "1");
    apply(KEY, "", fence, "f");
    scheduler.advance(RETENTION.plusSeconds(1));
    apply(OTHER, "1");
    // The tombstone is freed: the key looks as if it had never existed.
    assertThrows(TransactionTooOldException.class, () -> check(snapshot, put(KEY)));
  }

  @Test
  void aTransactionWithoutASnapshotHasNoGuards() {
    apply(KEY, "1");
    CommitCheck.Result.Clear clear = clear(CommitRequest.UNGUARDED, put(KEY), delete(OTHER));
    assertEquals(Map.of(), clear.guards());
    assertEquals(List.of(put(KEY), delete(OTHER)), clear.writes());
    assertEquals(Set.of(fences.fenceOf(OTHER)), clear.deleteFences());
  }
}
