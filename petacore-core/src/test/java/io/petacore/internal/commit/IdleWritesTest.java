package io.petacore.internal.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.store.Operation;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A namespace without writes, and how far a node may be behind it. */
class IdleWritesTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration STEP = Duration.ofMillis(100);

  private final ScriptedKvStore cluster = new ScriptedKvStore();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final PipelineNode node = open();

  private PipelineNode open() {
    return new PipelineNode(new FaultyKvStore(cluster), scheduler, 4, 1_000, MINUTE).open();
  }

  private void pass(Duration time, PipelineNode... nodes) {
    for (long i = time.dividedBy(STEP); i > 0; i--) {
      scheduler.advance(STEP);
      for (PipelineNode each : nodes) {
        each.deliver();
      }
    }
  }

  private void writeElsewhere() {
    cluster.change(new Operation.Put(Bytes.utf8("other/key"), Bytes.utf8("v")));
  }

  private static Duration staleness(PipelineNode node) {
    return Duration.ofNanos(node.pipeline.freshness().stalenessNanos());
  }

  @Test
  void theAppliedRevisionKeepsUpInANamespaceWithoutWrites() {
    for (int i = 0; i < 5; i++) {
      for (int k = 0; k < 100; k++) {
        writeElsewhere();
      }
      long before = cluster.newest();
      pass(Duration.ofSeconds(100), node);
      assertTrue(node.cache.applied().revision() > before, "no idle write was made");
    }
    assertTrue(node.counters().emptyBatches() <= 9, "more than one a minute");
    assertTrue(node.pipeline.isIdle());
    // The watch ends, and the history before it is compacted: nothing has to be loaded.
    cluster.compact(node.cache.applied().revision());
    node.store.watch().end(Kind.UNAVAILABLE);
    pass(Duration.ofSeconds(5), node);
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  @Test
  void ofTwoNodesUsuallyOneWrites() {
    PipelineNode elsewhere = open();
    pass(Duration.ofMinutes(20), node, elsewhere);
    long writes = node.counters().emptyBatches() + elsewhere.counters().emptyBatches();
    assertTrue(writes >= 12 && writes <= 20, writes + " writes in 20 minutes");
  }

  @Test
  void aFailedIdleWriteIsForgotten() {
    node.store.fail(What.BATCH, Kind.OUTCOME_UNKNOWN); // as under the space alarm
    int fences = node.store.count(What.FENCE);
    int batches = node.store.count(What.BATCH);
    pass(Duration.ofMinutes(10), node);
    int sent = node.store.count(What.BATCH) - batches;
    assertTrue(sent >= 5 && sent <= 10, sent + " requests in 10 minutes");
    assertEquals(fences, node.store.count(What.FENCE), "the fence was advanced");
    assertEquals(0, node.counters().sessionsLost());
    assertTrue(node.pipeline.isIdle());
  }

  @Test
  void nothingIsWrittenWhileCommitsAreApplied() {
    PipelineNode elsewhere = open();
    for (int i = 0; i < 10; i++) {
      elsewhere.begin().put("a", "v" + i).launch();
      pass(Duration.ofSeconds(50), node, elsewhere);
    }
    assertEquals(0, node.counters().emptyBatches() + elsewhere.counters().emptyBatches());
  }

  /** A commit may have returned between the evaluation of a request and its answer. */
  @Test
  void stalenessCountsFromTheSendingOfARequestThatIsApplied() {
    node.store.hold(What.RANGE, What.BATCH);
    pass(Duration.ofMillis(500), node);
    CompletableFuture<Long> barrier = node.barrier();
    FaultyKvStore.Sent batch = node.store.next(What.BATCH);
    scheduler.advance(Duration.ofSeconds(1));
    batch.answer();
    assertTrue(staleness(node).compareTo(Duration.ofMillis(1_500)) >= 0, "it is not applied yet");
    scheduler.advance(Duration.ofMillis(500));
    node.deliver();
    assertTrue(barrier.isDone());
    assertEquals(Duration.ofMillis(1_500), staleness(node));
  }

  @Test
  void stalenessIsKnownFromTheLoadOnAndBoundedByTheReadsOfTheRecord() {
    assertTrue(staleness(node).compareTo(STEP) <= 0);
    pass(MINUTE, node);
    assertTrue(staleness(node).compareTo(Duration.ofSeconds(5)) <= 0, "the record is read");
  }

  @Test
  void aReadCountsWhenWhatItShowsIsApplied() {
    PipelineNode elsewhere = open();
    elsewhere.begin().put("a", "1").launch();
    pass(Duration.ofMillis(200), elsewhere);
    CompletableFuture<Long> latest = node.latest();
    scheduler.advance(Duration.ofMillis(700));
    assertTrue(staleness(node).compareTo(Duration.ofMillis(800)) > 0, "it is not applied yet");
    node.deliver();
    assertTrue(latest.isDone());
    assertEquals(Duration.ofMillis(700), staleness(node));
  }
}
