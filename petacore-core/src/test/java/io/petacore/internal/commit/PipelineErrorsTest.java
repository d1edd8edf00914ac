package io.petacore.internal.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * An error, such as an OutOfMemoryError, in the middle of a step.
 *
 * <p><b>Invariant.</b> What the step had begun is begun again: commits succeed, the store is
 * followed, the session is renewed.
 *
 * <p>The scheduler throws the error, from each of its calls in turn.
 */
class PipelineErrorsTest {
  private static final int MOST_CALLS = 2_000;

  private ScriptedKvStore cluster = new ScriptedKvStore();

  private PipelineNode node() {
    cluster = new ScriptedKvStore();
    return new PipelineNode(cluster, new ManualScheduler(), 4, 10_000).open();
  }

  private static void attempt(Runnable step) {
    try {
      step.run();
    } catch (OutOfMemoryError byTheTest) {
      assertEquals("by the test", byTheTest.getMessage());
    }
  }

  private static void commit(PipelineNode node, String key) {
    attempt(() -> node.begin().put(key, "value").launch());
    attempt(node::deliver);
  }

  /** Runs a scenario with an error at each of the scheduler's calls. */
  private void tryAll(Consumer<PipelineNode> scenario) {
    int number = 0;
    while (true) {
      PipelineNode node = node();
      node.scheduler.failCall(++number);
      scenario.accept(node);
      boolean failed = node.scheduler.hasFailed();
      node.scheduler.failCall(-1);
      node.store.pass(FaultyKvStore.What.values());
      while (node.store.countHeld() > 0) {
        node.store.take(0).answer();
      }
      requireWorking(node, number);
      if (!failed) {
        assertTrue(number > 5, "only so many calls: " + number);
        return;
      }
      assertTrue(number < MOST_CALLS, "no end after so many calls");
    }
  }

  private void requireWorking(PipelineNode node, int number) {
    for (int i = 0; i < 3; i++) {
      node.recover(); // what has failed silently is begun again meanwhile
      node.recover();
    }
    for (CompletableFuture<CommitOutcome> launched : node.launched) {
      assertTrue(
          launched.isDone(),
          () -> "no outcome of an earlier commit after an error at call " + number);
    }
    CompletableFuture<CommitOutcome> done =
        node.begin(Duration.ofSeconds(1)).put("probe", "of " + number).commit();
    node.deliver();
    assertTrue(
        done.isDone(),
        () ->
            "no outcome after an error at call "
                + number
                + "; "
                + node.synchronizer.state()
                + " at "
                + node.cache.applied()
                + " of "
                + cluster.newest());
    assertEquals("of " + number, node.read("probe"), () -> "after an error at call " + number);
    int renewals = node.store.count(FaultyKvStore.What.RENEW);
    node.recover();
    assertTrue(
        node.store.count(FaultyKvStore.What.RENEW) > renewals,
        () -> "the session is not renewed after an error at call " + number);
  }

  @Test
  void commitsAreMadeOneAfterAnother() {
    tryAll(
        node -> {
          commit(node, "a");
          commit(node, "b");
          attempt(() -> node.scheduler.advance(Duration.ofSeconds(4)));
          commit(node, "a");
        });
  }

  @Test
  void aSessionIsLostAndAnotherCannotBeOpenedAtOnce() {
    tryAll(
        node -> {
          node.store.fail(FaultyKvStore.What.GRANT, Kind.UNAVAILABLE);
          cluster.endLease(1);
          attempt(node::deliver);
          commit(node, "a");
          attempt(node::pause);
          node.store.pass(FaultyKvStore.What.GRANT);
          attempt(node::pause);
          commit(node, "b");
        });
  }

  @Test
  void anAnswerIsLostAndTheFenceCannotBeAdvancedAtOnce() {
    tryAll(
        node -> {
          node.store.fail(FaultyKvStore.What.FENCE, Kind.UNAVAILABLE);
          node.store.hold(FaultyKvStore.What.BATCH);
          attempt(() -> node.begin().put("a", "1").launch());
          if (node.store.countHeld() > 0) {
            FaultyKvStore.Sent sent = node.store.next(FaultyKvStore.What.BATCH);
            attempt(sent::lose);
          }
          node.store.pass(FaultyKvStore.What.BATCH);
          attempt(node::pause);
          node.store.pass(FaultyKvStore.What.FENCE);
          attempt(node::pause);
          attempt(node::deliver);
        });
  }

  @Test
  void theStoreIsUnavailableForAWhile() {
    tryAll(
        node -> {
          node.store.fail(FaultyKvStore.What.BATCH, Kind.UNAVAILABLE);
          commit(node, "a");
          attempt(node::pause);
          node.store.pass(FaultyKvStore.What.BATCH);
          attempt(node::pause);
          attempt(node::deliver);
        });
  }

  @Test
  void theWatchEnds() {
    tryAll(
        node -> {
          attempt(() -> node.store.watch().end(Kind.UNAVAILABLE));
          attempt(node::pause);
          commit(node, "a");
          attempt(() -> node.synchronizer.expect(cluster.newest()));
          attempt(node::pause);
        });
  }
}
