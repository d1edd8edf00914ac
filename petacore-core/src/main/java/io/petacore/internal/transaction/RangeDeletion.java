package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;

/**
 * Deletes a range in as many transactions as it takes, each as large as one request can carry.
 *
 * <p>How many keys fit depends on their lengths, and a transaction that is too large is refused
 * before it is sent; so the number is halved until it fits.
 */
final class RangeDeletion {

  /** A larger transaction would delay other commits for too long. */
  private static final int MAX_KEYS = 8_192;

  private static final TransactionOptions READ_COMMITTED =
      TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

  private final TransactionRunner runner;
  private KeyRange rest;
  private int keysPerTransaction = MAX_KEYS;
  private long deleted;

  RangeDeletion(TransactionRunner runner, KeyRange range) {
    this.runner = runner;
    this.rest = range;
  }

  /** Deletes the range, and returns the number of deleted keys. */
  long run() {
    boolean more = true;
    while (more) {
      more = deleteSome();
    }
    return deleted;
  }

  /** Deletes the first keys of the rest; returns whether there may be more. */
  private boolean deleteSome() {
    int count = 0;
    Bytes last = Bytes.EMPTY;
    try (ExplicitTransaction tx = runner.begin(READ_COMMITTED)) {
      for (Entry entry : tx.scan(rest, keysPerTransaction)) {
        last = entry.key();
        tx.delete(last);
        count++;
      }
      if (count == 0) {
        return false;
      }
      tx.commit();
    } catch (TransactionTooLargeException tooLarge) {
      if (count == 1) {
        throw tooLarge;
      }
      keysPerTransaction = count / 2;
      return true;
    }
    deleted += count;
    rest = rest.startingAt(last.successor());
    return count == keysPerTransaction;
  }
}
