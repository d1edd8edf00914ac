package io.petacore.error;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The transaction would have given an entry a key of a unique index that another entry has. Nothing
 * of it was applied. The message names the index, its key and both entries.
 */
public final class UniqueViolationException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** The name of the unique index. */
  private final String index;

  private final transient @Nullable Bytes key;
  private final transient @Nullable Bytes holder;

  /**
   * Makes an exception.
   *
   * @param index the name of the index
   * @param indexKey the index key
   * @param key the key of the entry that the transaction writes
   * @param holder the key of the entry that has the index key
   */
  public UniqueViolationException(String index, Bytes indexKey, Bytes key, Bytes holder) {
    this(
        index,
        key,
        holder,
        "the entry "
            + key
            + " can't have the key "
            + indexKey
            + " in the unique index "
            + index
            + ": the entry "
            + holder
            + " has it",
        null);
  }

  private UniqueViolationException(
      String index,
      @Nullable Bytes key,
      @Nullable Bytes holder,
      @Nullable String message,
      @Nullable Throwable cause) {
    super(message, cause);
    this.index = index;
    this.key = key;
    this.holder = holder;
  }

  /**
   * Returns the name of the unique index.
   *
   * @return as its definition has it
   */
  public String index() {
    return index;
  }

  /**
   * Returns the key of the entry that the transaction writes.
   *
   * @return null if this exception was serialized
   */
  public @Nullable Bytes key() {
    return key;
  }

  /**
   * Returns the key of the entry that has the index key.
   *
   * @return another entry that the same transaction writes, possibly; null if this exception was
   *     serialized
   */
  public @Nullable Bytes holder() {
    return holder;
  }

  /**
   * {@inheritDoc}
   *
   * @return false: one of the two entries has to change
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public UniqueViolationException copy() {
    return new UniqueViolationException(index, key, holder, getMessage(), this);
  }
}
