package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;

/**
 * Deletes a range in as many transactions as it takes, each as large as one request can carry.
 *
 * <p>The size that fits depends on the keys, and a transaction that is too large is refused before
 * it is sent: so the first sizes are tried from above, and what fits is kept.
 */
final class RangeDeletion {

  /** More in one transaction would keep other commits waiting for too long. */
  private static final int MAX_KEYS = 8_192;

  private static final TransactionOptions UNCHECKED =
      TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

  private final TransactionRunner runner;
  private KeyRange rest;
  private int keysEach = MAX_KEYS;
  private long deleted;

  RangeDeletion(TransactionRunner runner, KeyRange range) {
    this.runner = runner;
    this.rest = range;
  }

  /** Deletes, and returns how many keys. */
  long run() {
    boolean more = true;
    while (more) {
      more = deleteSome();
    }
    return deleted;
  }

  /** Returns whether there may be more. */
  private boolean deleteSome() {
    int count = 0;
    Bytes last = Bytes.EMPTY;
    try (Transaction tx = runner.begin(UNCHECKED)) {
      for (Entry entry : tx.scan(rest, keysEach)) {
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
      keysEach = count / 2;
      return true;
    }
    deleted += count;
    rest = rest.startingAt(last.successor());
    return count == keysEach;
  }
}
