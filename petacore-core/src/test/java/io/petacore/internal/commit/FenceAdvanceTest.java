package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Several advances of one fence are in flight, since the first had no answer.
 *
 * <p><b>Invariant.</b> Of the advances of one fencing point at most one is applied; what was sent
 * before it and not applied never is; and nothing is sent before one of them has returned the
 * fence's new mod revision.
 *
 * <p><b>Interleavings.</b> The later advance is applied first, or answered first; an advance of an
 * earlier fencing point is answered, or fails, while the next one is awaited.
 */
class FenceAdvanceTest extends PipelineFixture {

  private static final Duration UNANSWERED = Duration.ofMillis(500);

  private final List<Sent> delayed = new ArrayList<>();
  private CompletableFuture<CommitOutcome> done = new CompletableFuture<>();

  /** A commit without an answer, and so many advances without one. */
  private List<Sent> advances(int count) {
    node.store.hold(What.BATCH, What.FENCE);
    done = node.begin().put("a", "of " + delayed.size()).commit();
    delayed.add(node.store.next(What.BATCH).lose());
    List<Sent> advances = new ArrayList<>();
    advances.add(node.store.next(What.FENCE));
    while (advances.size() < count) {
      scheduler.advance(UNANSWERED);
      advances.add(node.store.next(What.FENCE));
    }
    return advances;
  }

  /** The commit is applied once; delayed requests are refused. */
  private void assertGoesOn() {
    node.store.pass(What.FENCE);
    node.deliver();
    node.store.next(What.BATCH).answer();
    node.deliver();
    committed(done);
    long newest = cluster.newest();
    delayed.forEach(Sent::reach);
    assertEquals(newest, cluster.newest(), "what was delayed is refused");
    assertEquals(0, node.counters().sessionsLost());
  }

  /** Broken if one that went to a member that hangs were waited for. */
  @Test
  void oneWithoutAnAnswerIsSentAgain() {
    List<Sent> advances = advances(2);
    advances.get(1).answer();
    assertGoesOn();
    long newest = cluster.newest();
    advances.get(0).answer();
    assertEquals(newest, cluster.newest(), "the first is refused");
    assertWorks();
  }

  @Test
  void theSecondLearnsThatTheFirstWasApplied() {
    List<Sent> advances = advances(2);
    advances.get(0).reach();
    long newest = cluster.newest();
    advances.get(1).answer();
    assertEquals(newest, cluster.newest(), "the second is refused");
    assertGoesOn();
    advances.get(0).answer();
    assertWorks();
  }

  /** Broken if any answer ended the wait for the next fencing point. */
  @Test
  void anAnswerOfAnEarlierOneIsNoneToTheNext() {
    List<Sent> advances = advances(2);
    advances.get(1).answer();
    assertGoesOn();
    Sent next = advances(1).get(0);
    advances.get(0).answer();
    node.deliver();
    assertEquals(0, node.store.countHeld(), "nothing is sent before the fence has moved");
    assertFalse(done.isDone());
    next.answer();
    assertGoesOn();
    assertWorks();
  }

  /** Broken if a session were ended for what had failed before its fence was advanced. */
  @Test
  void failuresOfEarlierOnesCountForNothing() {
    List<Sent> advances = advances(6);
    advances.remove(5).answer();
    assertGoesOn();
    Sent next = advances(1).get(0);
    advances.forEach(Sent::lose);
    node.pause();
    assertEquals(0, node.counters().sessionsLost());
    next.answer();
    assertGoesOn();
    assertWorks();
  }

  /** Fails if the pauses of one outage continue to grow in the next. */
  @Test
  void anEarlierOutageDoesNotDelayIt() {
    Sent advance = advances(1).get(0);
    for (int i = 0; i < 8; i++) {
      advance.fail(Kind.UNAVAILABLE);
      scheduler.advance(UNANSWERED);
      advance = node.store.next(What.FENCE);
    }
    advance.answer();
    assertGoesOn();
    advances(1).get(0).fail(Kind.UNAVAILABLE);
    scheduler.advance(Duration.ofMillis(20));
    node.store.next(What.FENCE).answer();
    assertGoesOn();
    assertWorks();
  }

  @Test
  void itIsSentAgainAFewTimesOnly() {
    advances(7);
    scheduler.advance(Duration.ofSeconds(2));
    assertEquals(0, node.store.countHeld());
  }

  @Test
  void whateverBecomesOfThemInWhateverOrder() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Sent> advances = advances(1 + random.nextInt(5));
      Collections.shuffle(advances, random);
      Sent telling = advances.remove(0);
      for (Sent advance : advances) {
        switch (random.nextInt(4)) {
          case 0 -> advance.reach();
          case 1 -> advance.fail(Kind.UNAVAILABLE);
          case 2 -> advance.reach().lose();
          default -> delayed.add(advance);
        }
      }
      telling.answer();
      while (node.store.held().contains(What.FENCE)) {
        delayed.add(node.store.next(What.FENCE)); // failed ones were sent again
      }
      assertGoesOn();
      delayed.clear();
      assertEquals("of 0", node.read("a"), "seed " + seed);
    }
    node.store.pass(What.BATCH);
    assertWorks();
  }
}
