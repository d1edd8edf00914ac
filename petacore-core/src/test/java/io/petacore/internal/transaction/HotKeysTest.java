package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.concurrent.ManualScheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HotKeysTest {

  private static final Bytes A = Bytes.utf8("a");
  private static final Bytes B = Bytes.utf8("b");
  private static final Duration LONG = Duration.ofMillis(150);

  private final ManualScheduler scheduler = new ManualScheduler();
  private final HotKeys hotKeys = new HotKeys(scheduler);

  private static List<Write> writing(Bytes... keys) {
    return List.of(keys).stream().map(key -> new Write(key, Bytes.EMPTY)).toList();
  }

  @Test
  void turnsComeInTheOrderOfComing() {
    HotKeys.Place first = hotKeys.join(A);
    HotKeys.Place second = hotKeys.join(A);
    HotKeys.Place third = hotKeys.join(A);
    assertTrue(first.turn().isDone());
    assertFalse(second.turn().isDone());
    first.leave();
    assertTrue(second.turn().isDone());
    assertFalse(third.turn().isDone());
    first.leave(); // once more: it calls nobody
    assertFalse(third.turn().isDone());
    second.leave();
    assertTrue(third.turn().isDone());
  }

  @Test
  void whoLeavesTheMiddleCallsNobody() {
    HotKeys.Place first = hotKeys.join(A);
    HotKeys.Place second = hotKeys.join(A);
    HotKeys.Place third = hotKeys.join(A);
    second.leave();
    assertFalse(third.turn().isDone());
    first.leave();
    assertTrue(third.turn().isDone());
  }

  @Test
  void keysHaveLinesOfTheirOwnAndNoneWhenAllHaveLeft() {
    assertTrue(hotKeys.areNone());
    HotKeys.Place a = hotKeys.join(A);
    HotKeys.Place b = hotKeys.join(B);
    assertTrue(a.turn().isDone() && b.turn().isDone());
    a.leave();
    assertFalse(hotKeys.contains(A));
    assertTrue(hotKeys.contains(B));
    b.leave();
    assertTrue(hotKeys.areNone());
  }

  @Test
  void aSlowHeadIsPassedAndTheNextGetsItsOwnTime() {
    hotKeys.join(A);
    HotKeys.Place second = hotKeys.join(A);
    HotKeys.Place third = hotKeys.join(A);
    scheduler.advance(Duration.ofMillis(49));
    assertFalse(second.turn().isDone(), "it has some time");
    scheduler.advance(Duration.ofMillis(2));
    assertTrue(second.turn().isDone());
    assertFalse(third.turn().isDone(), "the second has only just been called");
    scheduler.advance(LONG);
    assertTrue(third.turn().isDone());
    scheduler.advance(LONG);
    assertTrue(hotKeys.areNone(), "who never leaves is not waited for");
    scheduler.advance(Duration.ofDays(1));
    assertTrue(scheduler.failures().isEmpty());
  }

  @Test
  void whoComesToWriteAHotKeyLinesUpAndNobodyElse() {
    Turns collided = new Turns(hotKeys);
    assertTrue(collided.after(A).isDone(), "the first in line");
    Turns newcomer = new Turns(hotKeys);
    CompletableFuture<@Nullable Void> turn = newcomer.before(writing(A, B));
    assertFalse(turn.isDone());
    assertTrue(new Turns(hotKeys).before(writing(B)).isDone());
    assertFalse(hotKeys.contains(B), "a key that nobody collided on has no line");
    collided.leave();
    assertTrue(turn.isDone());
    newcomer.leave();
    assertTrue(hotKeys.areNone());
  }

  @Test
  void whoCollidesAgainKeepsItsPlace() {
    Turns first = new Turns(hotKeys);
    Turns second = new Turns(hotKeys);
    CompletableFuture<@Nullable Void> unused = first.after(A);
    CompletableFuture<@Nullable Void> behind = second.after(A);
    assertTrue(first.before(writing(A)).isDone());
    assertTrue(first.after(A).isDone(), "it is still the first");
    assertFalse(behind.isDone());
  }

  @Test
  void twoKeysAreLinedUpForInTheirOrder() {
    Turns holder = new Turns(hotKeys);
    CompletableFuture<@Nullable Void> unused = holder.after(A);
    Turns both = new Turns(hotKeys);
    CompletableFuture<@Nullable Void> b = both.after(B);
    assertTrue(b.isDone());
    CompletableFuture<@Nullable Void> turns = both.after(A); // gives B up, and waits for A first
    assertFalse(turns.isDone());
    assertFalse(hotKeys.contains(B), "nobody is kept waiting there meanwhile");
    holder.leave();
    assertTrue(turns.isDone());
    assertTrue(hotKeys.contains(B));
    both.leave();
    assertTrue(hotKeys.areNone());
  }

  @Test
  void whoGivesUpWaitingTakesNoFurtherPlace() {
    Turns holder = new Turns(hotKeys);
    CompletableFuture<@Nullable Void> unused = holder.after(A);
    Turns both = new Turns(hotKeys);
    assertTrue(both.after(B).isDone());
    CompletableFuture<@Nullable Void> turns = both.after(A);
    both.leave();
    holder.leave();
    assertTrue(turns.isDone() || hotKeys.areNone());
    assertTrue(hotKeys.areNone(), "neither at A nor, behind it, at B");
  }

  /** No timer passes a slow head any more, and circles would never be undone. */
  @Test
  void afterTheCloseNobodyWaits() {
    HotKeys.Place first = hotKeys.join(A);
    HotKeys.Place second = hotKeys.join(A);
    scheduler.shutdown();
    hotKeys.close();
    assertTrue(first.turn().isDone() && second.turn().isDone());
    assertTrue(hotKeys.join(A).turn().isDone());
    assertTrue(hotKeys.join(A).turn().isDone());
  }
}
