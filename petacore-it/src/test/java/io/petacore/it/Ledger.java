package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.CommitQueueFullException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooOldException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The reported outcomes of transactions. Each transaction puts a unique key, which shows in the
 * history whether it was applied. Thread-safe.
 */
public final class Ledger {

  /** The reported outcome of a transaction. */
  public enum Outcome {
    COMMITTED,
    NOT_APPLIED,
    UNKNOWN
  }

  private final Map<String, Outcome> entries = new ConcurrentHashMap<>();
  private final AtomicInteger committed = new AtomicInteger();

  /** Runs a transaction that puts a unique key, and records its outcome. */
  public Outcome record(String key, Runnable transaction) {
    try {
      transaction.run();
      return record(key, (Throwable) null);
    } catch (RuntimeException e) {
      return record(key, e);
    }
  }

  /**
   * Records the outcome of a transaction that puts a unique key.
   *
   * @param failure null if it was committed
   * @throws AssertionError if the failure is unexpected, or the key was recorded before
   */
  public Outcome record(String key, @Nullable Throwable failure) {
    return record(key, outcome(failure));
  }

  /** Records an outcome that another process reported. */
  public Outcome record(String key, Outcome outcome) {
    Outcome before = entries.put(key, outcome);
    assertEquals(null, before, key);
    if (outcome == Outcome.COMMITTED) {
      committed.incrementAndGet();
    }
    return outcome;
  }

  private static Outcome outcome(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause == null) {
      return Outcome.COMMITTED;
    }
    if (cause instanceof CommitOutcomeUnknownException) {
      return Outcome.UNKNOWN;
    }
    if (cause instanceof StoreUnavailableException
        || cause instanceof CommitQueueFullException
        || cause instanceof StorageClosedException
        || cause instanceof TransactionConflictException
        || cause instanceof TransactionTooOldException) {
      return Outcome.NOT_APPLIED;
    }
    throw new AssertionError("unexpected failure: " + cause, cause);
  }

  /** The number of transactions reported as committed. */
  public int committed() {
    return committed.get();
  }

  /** The number of transactions with an outcome. */
  public long count(Outcome outcome) {
    return entries.values().stream().filter(outcome::equals).count();
  }

  /**
   * Verifies the outcomes: the key of a committed transaction was put once, that of one not applied
   * never, and that of one of unknown outcome at most once.
   */
  public void assertAgreesWith(CommitHistory history) {
    entries.forEach(
        (key, outcome) -> {
          int puts = history.puts(key);
          boolean possible =
              switch (outcome) {
                case COMMITTED -> puts == 1;
                case NOT_APPLIED -> puts == 0;
                case UNKNOWN -> puts <= 1;
              };
          assertTrue(
              possible, () -> key + " was put " + puts + " times, but reported as " + outcome);
        });
  }

  /** The keys of all recorded transactions. */
  public Set<String> keys() {
    return entries.keySet();
  }

  /** The outcome of the transaction with a unique key; null if not recorded. */
  public @Nullable Outcome outcome(String key) {
    return entries.get(key);
  }

  /** The number of applied transactions whose unique keys have a prefix. */
  public int applied(CommitHistory history, String prefix) {
    return entries.keySet().stream()
        .filter(key -> key.startsWith(prefix))
        .mapToInt(history::puts)
        .sum();
  }

  @Override
  public String toString() {
    return count(Outcome.COMMITTED)
        + " committed, "
        + count(Outcome.NOT_APPLIED)
        + " not applied, "
        + count(Outcome.UNKNOWN)
        + " unknown";
  }
}
