package io.petacore.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.petacore.DistributedStorage;
import io.petacore.error.TransactionConflictException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The observations of transactions, and the context of what they call. */
@SuppressWarnings("try") // scopes are only closed
class ObservedTransactionsTest {

  private final ObservationRegistry registry = ObservationRegistry.create();
  private final Handler handler = new Handler();
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "application"));
  private final KvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage = open(registry);

  /** Another node, which changes keys in between. */
  private final DistributedStorage other =
      DistributedStorage.builder(store).namespace("shop/").open();

  private DistributedStorage open(ObservationRegistry observations) {
    return DistributedStorage.builder(store)
        .namespace("shop/")
        .executor(executor)
        .wrapTransactions(ObservedTransactions.with("shop/", observations))
        .open();
  }

  ObservedTransactionsTest() {
    registry.observationConfig().observationHandler(handler);
  }

  @AfterEach
  void close() {
    other.close();
    storage.close();
    store.close();
    executor.shutdown();
  }

  /** Notes what a tracer would receive. */
  private static final class Handler implements ObservationHandler<Observation.Context> {
    final List<Observation.Context> stopped = new CopyOnWriteArrayList<>();
    final List<String> events = new CopyOnWriteArrayList<>();

    @Override
    public void onEvent(Observation.Event event, Observation.Context context) {
      events.add(context.getName() + ": " + event.getContextualName());
    }

    @Override
    public void onStop(Observation.Context context) {
      stopped.add(context);
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
      return true;
    }

    Observation.Context last() {
      return stopped.get(stopped.size() - 1);
    }
  }

  private static @Nullable String value(Observation.Context context, String key) {
    for (KeyValue pair : context.getAllKeyValues()) {
      if (pair.getKey().equals(key)) {
        return pair.getValue();
      }
    }
    return null;
  }

  @Test
  void aTransactionIsAnObservation() {
    CommitResult result = storage.runTransaction(tx -> tx.write("key", "value"));
    Observation.Context context = handler.last();
    assertEquals("petacore.transaction", context.getName());
    assertEquals("transaction shop/", context.getContextualName());
    assertEquals("shop/", value(context, "db.namespace"));
    assertEquals("committed", value(context, "outcome"));
    assertEquals("1", value(context, "petacore.attempts"));
    assertEquals(Long.toString(result.revision()), value(context, "petacore.revision"));
    assertEquals(List.of("petacore.transaction: attempt 1"), handler.events);
    assertEquals("value", storage.<@Nullable String>callTransaction(tx -> tx.read("key")));
    assertEquals(2, handler.stopped.size());
    assertNull(registry.getCurrentObservation());
  }

  @Test
  void everyRunOfTheBodyIsAnEvent() {
    assertThrows(
        TransactionConflictException.class,
        () ->
            storage.runTransaction(
                TransactionOptions.defaults().maxAttempts(2),
                tx -> {
                  tx.write("key", "value");
                  other.runTransaction(first -> first.write("key", "by another"));
                }));
    assertEquals(
        List.of("petacore.transaction: attempt 1", "petacore.transaction: attempt 2"),
        handler.events);
    assertEquals("not_committed", value(handler.last(), "outcome"));
    assertEquals("2", value(handler.last(), "petacore.attempts"));
    assertInstanceOf(TransactionConflictException.class, handler.last().getError());
  }

  @Test
  void theBodysOwnExceptionIsPassedOn() {
    Exception own = new Exception("own");
    Exception thrown =
        assertThrows(
            Exception.class,
            () ->
                storage.runTransactionThrowing(
                    tx -> {
                      throw own;
                    }));
    assertSame(own, thrown);
    assertEquals("failed", value(handler.last(), "outcome"));
  }

  @Test
  void theContextIsCarriedToTheExecutor() {
    Observation parent = Observation.start("request", registry);
    List<String> threads = new ArrayList<>();
    List<@Nullable Observation> seen = new ArrayList<>();
    boolean[] again = {false};
    try (Observation.Scope scope = parent.openScope()) {
      storage
          .runTransactionAsync(
              tx -> {
                threads.add(Thread.currentThread().getName());
                seen.add(registry.getCurrentObservation());
                tx.write("key", "value");
                if (!again[0]) {
                  again[0] = true;
                  other.runTransaction(first -> first.write("key", "by another"));
                }
              })
          .thenRun(
              () -> {
                threads.add(Thread.currentThread().getName());
                seen.add(registry.getCurrentObservation());
              })
          .join();
      assertSame(parent, registry.getCurrentObservation());
    }
    assertEquals(3, seen.size());
    assertEquals("application", threads.get(1), "the second run");
    Observation own = seen.get(0);
    assertNotNull(own);
    assertNotEquals(parent, own);
    assertSame(own, seen.get(1), "a body runs within the transaction's observation");
    assertSame(parent, own.getContext().getParentObservation());
    if (threads.get(2).equals("application")) { // else it was complete before it was chained
      assertSame(parent, seen.get(2), "what is chained runs within the caller's");
    }
    assertEquals("2", value(handler.last(), "petacore.attempts"));
    parent.stop();
  }

  @Test
  void aFailedFutureEndsItsObservation() {
    CompletionException thrown =
        assertThrows(
            CompletionException.class,
            () ->
                storage
                    .callTransactionAsync(
                        tx -> {
                          throw new IllegalStateException("own");
                        })
                    .join());
    assertInstanceOf(IllegalStateException.class, thrown.getCause());
    assertEquals("failed", value(handler.last(), "outcome"));
  }

  @Test
  void withoutHandlersNothingIsObserved() {
    try (DistributedStorage unobserved = open(ObservationRegistry.create())) {
      unobserved.runTransaction(tx -> tx.write("key", "value"));
      unobserved.runTransactionAsync(tx -> tx.write("key", "value")).join();
    }
    assertEquals(List.of(), handler.stopped);
  }
}
