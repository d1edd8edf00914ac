package io.petacore.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.WriteBehindException;
import io.petacore.error.WriteBehindFullException;
import org.jspecify.annotations.Nullable;

/**
 * A buffer of writes, which are lost if the process dies before they are flushed. Writes and
 * deletes are taken at memory speed, without a look at what they overwrite; the last one of each
 * key is committed, in large Read Committed transactions, every {@link
 * WriteBehindOptions#flushInterval} or when half of {@link WriteBehindOptions#maxBytes} is held.
 *
 * <ul>
 *   <li><b>Order of one key.</b> A value never overwrites a newer one of this buffer in the store:
 *       a write is sent once every older write of its key is resolved, and is not sent again once
 *       there is a newer one. Values in between may never be stored.
 *   <li><b>Different keys</b> become durable in any order. They are not atomic, and neither are
 *       they ordered with transactions of the application or with other buffers.
 *   <li><b>What a flush covers.</b> Every write and delete that had returned when {@link #flush()}
 *       was called: of each such key that value or a newer one is durable when it returns.
 *   <li><b>Memory.</b> What is pending and in flight counts towards {@code maxBytes}, and never
 *       exceeds it.
 *   <li><b>Failures.</b> A transaction that was not applied is tried again, for up to {@link
 *       WriteBehindOptions#retryTimeout}. One of unknown outcome is resolved first. What fails for
 *       good is reported to {@link WriteBehindOptions#onFailure} with its keys, and no longer held.
 * </ul>
 *
 * <p>Keys and values are checked by each call, which throws {@link IllegalArgumentException} for a
 * key that is empty or reserved, for a new key that is too long and for a value over the limit, and
 * {@link NullPointerException} for a null. A write or delete throws {@link IllegalStateException}
 * after {@link #close()}.
 *
 * <p>When the storage is closed first, writes are refused with {@link StorageClosedException}, what
 * is held is flushed for up to {@code StorageBuilder.closeTimeout}, and the rest is reported as
 * failed.
 *
 * <p>Safe for use by many threads.
 */
public interface WriteBehind extends AutoCloseable {

  /**
   * Sets a key to a value. Waits while the buffer is full, for up to {@link
   * WriteBehindOptions#writeTimeout}.
   *
   * @param key neither empty nor reserved
   * @param value the value; may be empty
   * @throws WriteBehindFullException if the buffer remains full; the write was not taken
   * @throws StorageClosedException if the storage was closed
   */
  void write(Bytes key, Bytes value);

  /**
   * Sets a key to a value, both as UTF-8; see {@link #write(Bytes, Bytes)}.
   *
   * @param key neither empty nor reserved
   * @param value the value; may be empty
   * @throws IllegalArgumentException if the key or the value contains an unpaired surrogate, which
   *     has no UTF-8 encoding
   */
  default void write(String key, String value) {
    write(Bytes.utf8(requireNonNull(key, "key")), Bytes.utf8(requireNonNull(value, "value")));
  }

  /**
   * Deletes a key, if it is present when this is committed. Waits as {@link #write(Bytes, Bytes)}.
   *
   * @param key neither empty nor reserved
   * @throws WriteBehindFullException if the buffer remains full; the delete was not taken
   * @throws StorageClosedException if the storage was closed
   */
  void delete(Bytes key);

  /**
   * Deletes a key given as UTF-8; see {@link #delete(Bytes)}.
   *
   * @param key neither empty nor reserved
   * @throws IllegalArgumentException if the key contains an unpaired surrogate, which has no UTF-8
   *     encoding
   */
  default void delete(String key) {
    delete(Bytes.utf8(requireNonNull(key, "key")));
  }

  /**
   * Reads a key: what this buffer holds of it, pending or in flight; else the newest applied value.
   *
   * @param key neither empty nor reserved
   * @return its value; null if it is absent, or is to be deleted
   * @throws StorageClosedException if the storage was closed
   */
  @Nullable Bytes read(Bytes key);

  /**
   * Reads a key given as UTF-8; see {@link #read(Bytes)}.
   *
   * @param key neither empty nor reserved
   * @return its value; null if it is absent, or is to be deleted
   * @throws IllegalStateException if the value is not well-formed UTF-8
   */
  default @Nullable String read(String key) {
    Bytes value = read(Bytes.utf8(requireNonNull(key, "key")));
    return value == null ? null : value.toUtf8();
  }

  /**
   * Returns when all that was written before is durable and applied here. Sends at once, without
   * waiting for the interval.
   *
   * @throws WriteBehindException if a write since the last flush has failed for good, or if it
   *     takes longer than {@link WriteBehindOptions#flushTimeout}, or if the thread is interrupted;
   *     in the latter two cases what is held is still being flushed
   */
  void flush();

  /**
   * Returns how much memory the buffer takes.
   *
   * @return the estimated heap footprint of the writes held, pending and in flight, in bytes
   */
  long bytes();

  /**
   * Takes no more writes, and flushes. What is not flushed within {@link
   * WriteBehindOptions#flushTimeout} is reported as failed; what is in flight then, once it is
   * resolved. Reads remain possible. Idempotent.
   *
   * @throws WriteBehindException as {@link #flush()} does
   * @throws PetaCoreException if the storage was closed meanwhile
   */
  @Override
  void close();
}
