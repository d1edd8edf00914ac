package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * A bulk load ended early. The first {@link #durable()} entries of its input are durable; some of
 * those after them may be, too. The cause is the failure of one of its transactions, or of the
 * input. To resume, load the same input from that entry on: writing an entry again changes nothing.
 */
public final class BulkLoadException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** The number of entries that are durable. */
  private final long durable;

  /**
   * Makes an exception.
   *
   * @param durable the number of entries at the start of the input that are durable
   * @param cause why the load ended
   */
  public BulkLoadException(long durable, @Nullable Throwable cause) {
    this(
        "the first "
            + durable
            + " entries are loaded, resume from there: "
            + (cause == null ? "the load failed" : cause.getMessage()),
        durable,
        cause);
  }

  private BulkLoadException(@Nullable String message, long durable, @Nullable Throwable cause) {
    super(message, cause);
    this.durable = durable;
  }

  /**
   * Returns where to resume.
   *
   * @return the number of entries at the start of the input that are durable, skipped ones included
   */
  public long durable() {
    return durable;
  }

  /**
   * {@inheritDoc}
   *
   * @return false: entries after the durable ones may have been loaded
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  /**
   * {@inheritDoc}
   *
   * @return true: part of the input was loaded, and transactions in flight may have been
   */
  @Override
  public boolean mayHaveBeenApplied() {
    return true;
  }

  @Override
  public BulkLoadException copy() {
    return new BulkLoadException(getMessage(), durable, this);
  }
}
