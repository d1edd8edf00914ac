package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.error.CommitOutcomeUnknownException;
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
 * What the owners of transactions were told of them. Each transaction puts a key that no other one
 * does, by which the store's history shows whether it was applied. Safe for use by many threads.
 */
public final class Ledger {

  /** What a transaction's owner was told. */
  public enum Told {
    COMMITTED,
    NOT_APPLIED,
    UNKNOWN
  }

  private final Map<String, Told> entries = new ConcurrentHashMap<>();
  private final AtomicInteger committed = new AtomicInteger();

  /** Runs a transaction that puts a key of its own, and enters what comes of it. */
  public Told enter(String key, Runnable transaction) {
    try {
      transaction.run();
      return enter(key, (Throwable) null);
    } catch (RuntimeException e) {
      return enter(key, e);
    }
  }

  /**
   * Enters what was told of a transaction that puts a key of its own.
   *
   * @param failure null if it was committed
   * @throws AssertionError if it is a failure that says nothing, or the key was entered before
   */
  public Told enter(String key, @Nullable Throwable failure) {
    return enter(key, told(failure));
  }

  /** Enters what somebody else says was told. */
  public Told enter(String key, Told told) {
    Told before = entries.put(key, told);
    assertEquals(null, before, key);
    if (told == Told.COMMITTED) {
      committed.incrementAndGet();
    }
    return told;
  }

  private static Told told(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause == null) {
      return Told.COMMITTED;
    }
    if (cause instanceof CommitOutcomeUnknownException) {
      return Told.UNKNOWN;
    }
    if (cause instanceof StoreUnavailableException
        || cause instanceof StorageClosedException
        || cause instanceof TransactionConflictException
        || cause instanceof TransactionTooOldException) {
      return Told.NOT_APPLIED;
    }
    throw new AssertionError("unforeseen: " + cause, cause);
  }

  /** How many were reported committed. */
  public int committed() {
    return committed.get();
  }

  /** Of how many was told something. */
  public long count(Told told) {
    return entries.values().stream().filter(told::equals).count();
  }

  /**
   * Holds what was told against what has happened: what was committed is there once, what was not
   * applied is not there, what is unknown is there once or not.
   */
  public void assertTrueOf(CommitHistory history) {
    entries.forEach(
        (key, told) -> {
          int puts = history.puts(key);
          boolean possible =
              switch (told) {
                case COMMITTED -> puts == 1;
                case NOT_APPLIED -> puts == 0;
                case UNKNOWN -> puts <= 1;
              };
          assertTrue(possible, () -> key + " was put " + puts + " times, and told was " + told);
        });
  }

  /** The keys of those of which something was told. */
  public Set<String> keys() {
    return entries.keySet();
  }

  /** What was told of the transaction with a key of its own; null if nothing was. */
  public @Nullable Told told(String key) {
    return entries.get(key);
  }

  /** How many transactions of a group, whose keys have a prefix, were applied. */
  public int applied(CommitHistory history, String prefix) {
    return entries.keySet().stream()
        .filter(key -> key.startsWith(prefix))
        .mapToInt(history::puts)
        .sum();
  }

  @Override
  public String toString() {
    return count(Told.COMMITTED)
        + " committed, "
        + count(Told.NOT_APPLIED)
        + " not applied, "
        + count(Told.UNKNOWN)
        + " unknown";
  }
}
