package io.petacore.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.ValueFormatException;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads, and buffered writes that become one atomic commit. A transaction's reads see its own
 * writes at once; no other transaction sees them before the commit.
 *
 * <p>A transaction given to a body ends with the body: it commits if the body returns and rolls
 * back if it throws. For one that is committed by a call, see {@link ExplicitTransaction}.
 *
 * <p>To be used by one thread at a time. Keys and values are checked by each call, which throws
 * {@link IllegalArgumentException} for a key that is empty or reserved, for a new key that is too
 * long and for a value over the limit, {@link NullPointerException} for a null, and {@link
 * IllegalStateException} after the transaction has ended.
 */
public interface Transaction extends ReadView {

  /**
   * Sets a key to a value.
   *
   * @param key neither empty nor reserved
   * @param value the value; may be empty
   * @return this transaction
   */
  Transaction write(Bytes key, Bytes value);

  /**
   * Sets a key to a value, both as UTF-8.
   *
   * @param key neither empty nor reserved
   * @param value the value; may be empty
   * @return this transaction
   * @throws IllegalArgumentException if the key or the value contains an unpaired surrogate, which
   *     has no UTF-8 encoding
   */
  default Transaction write(String key, String value) {
    return write(
        Bytes.utf8(requireNonNull(key, "key")), Bytes.utf8(requireNonNull(value, "value")));
  }

  /**
   * Deletes a key, if it is present.
   *
   * @param key neither empty nor reserved
   * @return this transaction
   */
  Transaction delete(Bytes key);

  /**
   * Deletes a key given as UTF-8, if it is present.
   *
   * @param key neither empty nor reserved
   * @return this transaction
   * @throws IllegalArgumentException if the key contains an unpaired surrogate, which has no UTF-8
   *     encoding
   */
  default Transaction delete(String key) {
    return delete(Bytes.utf8(requireNonNull(key, "key")));
  }

  /**
   * Deletes every key of a range that is present in this transaction's view, its own writes
   * included.
   *
   * <p>Costs a scan, and a buffered delete for each key found: the transaction can hold as many as
   * one request carries. A key that another commit creates in the range meanwhile is not deleted,
   * and is no conflict. For more keys, see {@code DistributedStorage.delete(KeyRange)}.
   *
   * @param range the keys
   * @return this transaction
   */
  Transaction delete(KeyRange range);

  /**
   * Sets a key to a value if it is absent. At Read Committed another commit may come in between.
   *
   * @param key neither empty nor reserved
   * @param value the value; may be empty
   * @return true if it was absent
   */
  default boolean writeIfAbsent(Bytes key, Bytes value) {
    return compareAndSet(key, null, value);
  }

  /**
   * Sets a key to a value if it has an expected one. At Read Committed another commit may come in
   * between.
   *
   * @param key neither empty nor reserved
   * @param expected the expected value; null if the key is to be absent
   * @param value the value to set; may be empty
   * @return true if the key had the expected value
   */
  default boolean compareAndSet(Bytes key, @Nullable Bytes expected, Bytes value) {
    requireNonNull(value, "value");
    boolean same = Objects.equals(read(key), expected);
    if (same) {
      write(key, value);
    }
    return same;
  }

  /**
   * Replaces a value by what a function makes of it. At Read Committed another commit may come in
   * between.
   *
   * @param key neither empty nor reserved
   * @param update gets the value, or null if the key is absent; returns the new value, or null to
   *     delete the key
   * @return the new value; null if the key was deleted
   */
  default @Nullable Bytes update(Bytes key, UnaryOperator<@Nullable Bytes> update) {
    @Nullable Bytes updated = update.apply(read(key));
    if (updated == null) {
      delete(key);
    } else {
      write(key, updated);
    }
    return updated;
  }

  /**
   * Adds to a counter, which is a long as decimal text, such as {@code 42}. At Read Committed
   * another commit may come in between.
   *
   * @param key neither empty nor reserved; a counter that is absent counts as 0
   * @param number what to add; may be negative
   * @return the sum
   * @throws ValueFormatException if the value is not a counter
   * @throws ArithmeticException if the sum is not a long
   */
  default long add(Bytes key, long number) {
    long sum = Counters.add(key, read(key), number);
    write(key, Counters.encode(sum));
    return sum;
  }

  /**
   * Has the commit conflict unless a key is as this transaction sees it: with the same value, by
   * the same write, or absent. So a decision that rests on a key which is only read can be made
   * sure of, without {@link IsolationLevel#SERIALIZABLE} for all that is read.
   *
   * <p>At Read Committed the key must be unchanged since the first such call of the transaction, so
   * that call comes before the reads; and a transaction that writes nothing is checked, too,
   * against the newest state of this node. At the other levels it must be unchanged since the
   * transaction's start; what is only read is right as of then, and one that writes nothing needs
   * no check.
   *
   * @param key neither empty nor reserved
   * @return this transaction
   */
  Transaction requireUnchanged(Bytes key);

  /**
   * Has the commit conflict unless a key, given as UTF-8, is as this transaction sees it; see
   * {@link #requireUnchanged(Bytes)}.
   *
   * @param key neither empty nor reserved
   * @return this transaction
   * @throws IllegalArgumentException if the key contains an unpaired surrogate, which has no UTF-8
   *     encoding
   */
  default Transaction requireUnchanged(String key) {
    return requireUnchanged(Bytes.utf8(requireNonNull(key, "key")));
  }

  /**
   * Has the commit conflict unless a range is as this transaction sees it: the same entries, and no
   * more; see {@link #requireUnchanged(Bytes)}. Costs a scan. With more than 64 entries or 64 KiB,
   * the commit is sent alone, and conflicts with every other commit of PetaCore meanwhile.
   *
   * @param range the keys
   * @return this transaction
   */
  Transaction requireUnchanged(KeyRange range);

  /**
   * Returns the isolation level in force.
   *
   * @return the level
   */
  IsolationLevel isolation();
}
