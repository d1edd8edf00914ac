package io.petacore.micrometer;

import static java.util.Objects.requireNonNull;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.ThrowingTransactionCall;
import io.petacore.transaction.ThrowingTransactionTask;
import io.petacore.transaction.TransactionContext;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs transactions in observations, which a tracer makes spans of: one a transaction, with each
 * run of the body as an event, and with outcome, number of attempts and revision.
 *
 * <p><b>Context.</b> Bodies run with the observation as the current one, on whichever thread.
 * Dependents of the futures of asynchronous transactions run in the caller's context: its
 * observation, and every other thread-local value that Micrometer's context propagation knows.
 *
 * <p>While the registry has no handler nothing is observed. A transaction from {@link #begin} is
 * not observed, since its owner runs it. Safe for use by many threads.
 */
@SuppressWarnings("try") // scopes are only closed
public final class ObservedTransactions implements TransactionContext {

  private static final ContextSnapshotFactory CONTEXTS = ContextSnapshotFactory.builder().build();

  private final TransactionContext transactions;
  private final String namespace;
  private final ObservationRegistry registry;

  private ObservedTransactions(
      TransactionContext transactions, String namespace, ObservationRegistry registry) {
    this.transactions = transactions;
    this.namespace = requireNonNull(namespace, "namespace");
    this.registry = requireNonNull(registry, "registry");
  }

  /**
   * Returns what {@link io.petacore.StorageBuilder#wrapTransactions} takes, so that every
   * transaction of the storage is observed.
   *
   * @param namespace the storage's namespace, for the spans
   * @param registry has the tracer's handler
   * @return the wrapper
   */
  public static UnaryOperator<TransactionContext> with(
      String namespace, ObservationRegistry registry) {
    requireNonNull(namespace, "namespace");
    requireNonNull(registry, "registry");
    return transactions -> new ObservedTransactions(transactions, namespace, registry);
  }

  /** A transaction that runs within its observation. */
  private interface Observed<R extends @Nullable Object, X extends Exception> {
    R run(TransactionObservation observation) throws X;
  }

  private <R extends @Nullable Object, X extends Exception> R observe(Observed<R, X> transaction)
      throws X {
    TransactionObservation observation = start();
    try (Observation.Scope scope = observation.openScope()) {
      R result = transaction.run(observation);
      observation.committed(result instanceof CommitResult commit ? commit : null);
      return result;
    } catch (Throwable thrown) {
      observation.failed(thrown);
      throw thrown;
    } finally {
      observation.stop();
    }
  }

  @Override
  public <X extends Exception> CommitResult runTransactionThrowing(
      TransactionOptions options, ThrowingTransactionTask<X> body) throws X {
    if (registry.isNoop()) {
      return transactions.runTransactionThrowing(options, body);
    }
    return this.<CommitResult, X>observe(
        observation ->
            transactions.runTransactionThrowing(
                options,
                tx -> {
                  observation.attempt();
                  body.run(tx);
                }));
  }

  @SuppressWarnings("NullAway") // JDK 17 does not read the annotations of bounds in class files
  @Override
  public <T extends @Nullable Object, X extends Exception> T callTransactionThrowing(
      TransactionOptions options, ThrowingTransactionCall<T, X> body) throws X {
    if (registry.isNoop()) {
      return transactions.callTransactionThrowing(options, body);
    }
    return this.<T, X>observe(
        observation ->
            transactions.<T, X>callTransactionThrowing(
                options,
                tx -> {
                  observation.attempt();
                  return body.call(tx);
                }));
  }

  @Override
  public CompletableFuture<CommitResult> runTransactionAsync(
      TransactionOptions options, ThrowingTransactionTask<?> body) {
    if (registry.isNoop()) {
      return transactions.runTransactionAsync(options, body);
    }
    TransactionObservation observation = start();
    ContextSnapshot caller = CONTEXTS.captureAll();
    return carried(
        transactions.runTransactionAsync(
            options,
            tx -> {
              try (ContextSnapshot.Scope context = caller.setThreadLocals();
                  Observation.Scope scope = observation.openScope()) {
                observation.attempt();
                body.run(tx);
              }
            }),
        observation,
        caller);
  }

  @SuppressWarnings("NullAway") // JDK 17 does not read the annotations of bounds in class files
  @Override
  public <T extends @Nullable Object> CompletableFuture<T> callTransactionAsync(
      TransactionOptions options, ThrowingTransactionCall<T, ?> body) {
    if (registry.isNoop()) {
      return transactions.callTransactionAsync(options, body);
    }
    TransactionObservation observation = start();
    ContextSnapshot caller = CONTEXTS.captureAll();
    return carried(
        transactions.<T>callTransactionAsync(
            options,
            tx -> {
              try (ContextSnapshot.Scope context = caller.setThreadLocals();
                  Observation.Scope scope = observation.openScope()) {
                observation.attempt();
                return body.call(tx);
              }
            }),
        observation,
        caller);
  }

  /** Ends the observation with a future, and completes another one in the caller's context. */
  @SuppressWarnings("FutureReturnValueIgnored") // it has no other dependent
  private static <T extends @Nullable Object> CompletableFuture<T> carried(
      CompletableFuture<T> future, TransactionObservation observation, ContextSnapshot caller) {
    CompletableFuture<T> carried = new CompletableFuture<>();
    future.whenComplete(
        (result, failure) -> {
          if (failure == null) {
            observation.committed(result instanceof CommitResult commit ? commit : null);
          } else {
            observation.failed(failure);
          }
          observation.stop();
          try (ContextSnapshot.Scope context = caller.setThreadLocals()) {
            if (failure == null) {
              carried.complete(result);
            } else {
              carried.completeExceptionally(failure);
            }
          }
        });
    return carried;
  }

  private TransactionObservation start() {
    return TransactionObservation.start(registry, namespace);
  }

  @Override
  public ExplicitTransaction begin(TransactionOptions options) {
    return transactions.begin(options);
  }
}
