package io.petacore.store;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A request to a store failed; {@link #kind()} says whether it may have been applied. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The kind of failure. */
  public enum Kind {
    /** Not applied: the store is unreachable or has no leader; a retry may succeed. */
    UNAVAILABLE,
    /**
     * Not applied: client and store are not configured for each other. Credentials were refused, an
     * endpoint is not such a store, only one side uses TLS, or a certificate is not trusted.
     * Requests fail until an administrator corrects the configuration of either side. The message
     * names the endpoint and the reason.
     */
    MISCONFIGURED,
    /** Not applied: refused for its content or size or for lack of permission; do not retry. */
    REJECTED,
    /** Not applied: the response would exceed the maximum size; request less at a time. */
    TOO_LARGE,
    /** Not applied: a lease of the request has ended. */
    LEASE_NOT_FOUND,
    /** Not applied: the requested revision is compacted. */
    COMPACTED,
    /** Not applied: the store has not reached the requested revision. */
    FUTURE_REVISION,
    /** Not applied: the store is closed. */
    CLOSED,
    /** May have been applied, may still be applied, or may never be. */
    OUTCOME_UNKNOWN
  }

  /** The kind of failure; never null. */
  private final Kind kind;

  /**
   * Creates an exception.
   *
   * @param kind the kind of failure
   * @param message the reason, as the store describes it
   * @param cause null if there is none
   */
  public StoreException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /**
   * Unwraps the exception that a store's future failed with. Any other exception, which a store
   * should not throw, becomes {@link Kind#OUTCOME_UNKNOWN}.
   *
   * @param failure as a dependent action receives it, within a {@link CompletionException} or not;
   *     null becomes {@link Kind#OUTCOME_UNKNOWN}, too
   * @return the exception itself if it is a {@code StoreException}; otherwise a new one with it as
   *     the cause
   */
  public static StoreException of(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof StoreException known
        ? known
        : new StoreException(
            Kind.OUTCOME_UNKNOWN, "the store failed unexpectedly: " + cause, cause);
  }

  /** {@return the kind of failure, which says whether the request was applied} */
  public Kind kind() {
    return kind;
  }
}
