package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.StorageCounters.Counter;
import io.petacore.data.Bytes;
import io.petacore.error.TransactionConflictException;
import io.petacore.metrics.MetricsRecorder;
import io.petacore.metrics.StorageMetric;
import io.petacore.metrics.StorageMetric.Kind;
import io.petacore.metrics.StorageMetrics;
import io.petacore.metrics.TransactionOutcome;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.TransactionOptions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The values of metrics, and what recorders receive. */
class StorageMetricsTest {

  private final KvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage =
      DistributedStorage.builder(store).namespace("shop/").open();
  private final StorageMetrics metrics = storage.metrics();
  private final Recording recording = new Recording();

  @AfterEach
  void close() {
    storage.close();
    store.close();
  }

  private record Ended(TransactionOutcome outcome, int attempts, long nanos) {}

  private record Sent(int transactions, long nanos) {}

  private static final class Recording implements MetricsRecorder {
    final List<Ended> transactions = new CopyOnWriteArrayList<>();
    final List<Sent> batches = new CopyOnWriteArrayList<>();
    final List<Long> propagations = new CopyOnWriteArrayList<>();

    @Override
    public void recordTransaction(TransactionOutcome outcome, int attempts, long nanos) {
      transactions.add(new Ended(outcome, attempts, nanos));
    }

    @Override
    public void recordBatch(int members, long nanos) {
      batches.add(new Sent(members, nanos));
    }

    @Override
    public void recordPropagation(long nanos) {
      propagations.add(nanos);
    }
  }

  private static Set<String> named(Kind kind) {
    return Stream.of(StorageMetric.values())
        .filter(metric -> metric.kind() == kind)
        .map(Enum::name)
        .collect(Collectors.toSet());
  }

  /** A counter added to the status without a metric, or the other way round, fails here. */
  @Test
  void everyCounterIsAMetric() {
    assertEquals(
        Stream.of(Counter.values()).map(Enum::name).collect(Collectors.toSet()),
        named(Kind.COUNTER));
  }

  @Test
  void countersAndGaugesHaveTheValuesOfTheStatus() {
    for (int i = 0; i < 3; i++) {
      String key = "key" + i;
      storage.runTransaction(tx -> tx.write(key, "value"));
    }
    StorageStatus status = storage.status();
    for (Counter counter : Counter.values()) {
      assertEquals(
          (double) status.counters().get(counter),
          metrics.value(StorageMetric.valueOf(counter.name())),
          counter.name());
    }
    assertEquals(3, metrics.value(StorageMetric.COMMITS));
    assertEquals(1, metrics.value(StorageMetric.SYNCED));
    assertEquals(3, metrics.value(StorageMetric.KEYS));
    assertEquals((double) status.versions(), metrics.value(StorageMetric.VERSIONS));
    assertEquals((double) status.bytes(), metrics.value(StorageMetric.MEMORY_USED));
    assertEquals((double) storage.revision(), metrics.value(StorageMetric.APPLIED_REVISION));
    assertEquals(0, metrics.value(StorageMetric.PENDING_COMMITS));
    assertEquals(10_000, metrics.value(StorageMetric.MAX_PENDING_COMMITS));
    assertEquals("shop/", metrics.namespace());
    for (StorageMetric metric : StorageMetric.values()) {
      if (metric.kind() == Kind.COUNTER || metric.kind() == Kind.GAUGE) {
        assertTrue(metrics.value(metric) >= 0, metric + ": " + metrics.value(metric));
      } else {
        assertThrows(IllegalArgumentException.class, () -> metrics.value(metric));
      }
    }
    storage.close();
    assertEquals(0, metrics.value(StorageMetric.SYNCED));
  }

  @Test
  void aCommitIsRecordedWithItsBatch() {
    metrics.addRecorder(recording);
    storage.runTransaction(tx -> tx.write("key", "value"));
    assertEquals(1, recording.transactions.size());
    Ended transaction = recording.transactions.get(0);
    assertEquals(TransactionOutcome.COMMITTED, transaction.outcome());
    assertEquals(1, transaction.attempts());
    assertEquals(1, recording.batches.size());
    Sent batch = recording.batches.get(0);
    assertEquals(1, batch.transactions());
    assertTrue(batch.nanos() > 0 && batch.nanos() <= transaction.nanos());

    storage.runTransactionAsync(tx -> tx.write("key", "other")).join();
    assertEquals(2, recording.transactions.size(), "before its future completes");

    metrics.removeRecorder(recording);
    storage.runTransaction(tx -> tx.write("key", "third"));
    assertEquals(2, recording.transactions.size());
  }

  @Test
  void whatOnlyReadsIsNotRecorded() {
    metrics.addRecorder(recording);
    storage.runTransaction(tx -> tx.read("key"));
    storage.runTransactionAsync(tx -> tx.read("key")).join();
    try (ExplicitTransaction transaction = storage.begin()) {
      transaction.read("key");
      transaction.commit();
    }
    assertEquals(List.of(), recording.transactions);
    assertEquals(List.of(), recording.batches);
  }

  @Test
  void aConflictIsRecordedWithItsAttempts() {
    metrics.addRecorder(recording);
    try (DistributedStorage other = DistributedStorage.builder(store).namespace("shop/").open()) {
      assertThrows(
          TransactionConflictException.class,
          () ->
              storage.runTransaction(
                  TransactionOptions.defaults().maxAttempts(2),
                  tx -> {
                    tx.write("key", "value");
                    other.runTransaction(first -> first.write("key", "by another"));
                  }));
    }
    assertEquals(1, recording.transactions.size());
    assertEquals(TransactionOutcome.CONFLICT, recording.transactions.get(0).outcome());
    assertEquals(2, recording.transactions.get(0).attempts());
  }

  @Test
  void theBodyOfAFurtherRunMayFail() {
    metrics.addRecorder(recording);
    boolean[] again = {false};
    try (DistributedStorage other = DistributedStorage.builder(store).namespace("shop/").open()) {
      assertThrows(
          IllegalStateException.class,
          () ->
              storage.runTransaction(
                  tx -> {
                    if (again[0]) {
                      throw new IllegalStateException("the second run");
                    }
                    again[0] = true;
                    tx.write("key", "value");
                    other.runTransaction(first -> first.write("key", "by another"));
                  }));
    }
    assertEquals(1, recording.transactions.size());
    assertEquals(TransactionOutcome.FAILED, recording.transactions.get(0).outcome());
  }

  @Test
  void commitsOfOtherNodesArePropagations() {
    try (DistributedStorage other = DistributedStorage.builder(store).namespace("shop/").open()) {
      metrics.addRecorder(recording);
      Recording ofOther = new Recording();
      other.metrics().addRecorder(ofOther);
      long revision = other.runTransaction(tx -> tx.write("key", "value")).revision();
      Await.until("applied", () -> storage.revision() >= revision);
      Await.until("recorded", () -> !recording.propagations.isEmpty());
      assertTrue(recording.propagations.get(0) < Await.PATIENCE.toNanos());
      assertEquals(List.of(), ofOther.propagations, "one's own commit");
      assertEquals(List.of(), recording.batches, "another node's batch");
    }
  }

  @Test
  void aRecorderThatThrowsFailsNothing() {
    metrics.addRecorder(
        new MetricsRecorder() {
          @Override
          public void recordTransaction(TransactionOutcome outcome, int attempts, long nanos) {
            throw new IllegalStateException("deliberately");
          }

          @Override
          public void recordBatch(int members, long nanos) {
            throw new AssertionError("deliberately");
          }
        });
    metrics.addRecorder(recording);
    storage.runTransaction(tx -> tx.write("key", "value"));
    assertEquals(1, recording.transactions.size());
    assertEquals(1, recording.batches.size());
    assertTrue(storage.isSynced());
  }

  @Test
  void transactionsCanBeWrapped() {
    EnumSet<Call> calls = EnumSet.noneOf(Call.class);
    try (DistributedStorage wrapped =
        DistributedStorage.builder(store)
            .namespace("wrapped/")
            .wrapTransactions(inner -> new CountingContext(inner, calls))
            .open()) {
      wrapped.runTransaction(tx -> tx.write("key", "value"));
      wrapped.callTransaction(tx -> tx.read("key"));
      wrapped.runTransactionAsync(tx -> tx.read("key")).join();
      wrapped.callTransactionAsync(tx -> tx.read("key")).join();
      wrapped.begin().close();
      assertEquals(EnumSet.allOf(Call.class), calls);
      calls.clear();
      wrapped.add(Bytes.utf8("counter"), 1);
      assertFalse(calls.isEmpty(), "methods that are made of others");
    }
  }

  @Test
  void aWrapperThatFailsLeavesNothingBehind() {
    StorageBuilder builder =
        DistributedStorage.builder(store)
            .namespace("refused/")
            .wrapTransactions(
                inner -> {
                  throw new IllegalStateException("deliberately");
                });
    assertThrows(IllegalStateException.class, builder::open);
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().startsWith("petacore-refused/")));
  }
}
