package io.petacore.store;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A request to a store failed; {@link #kind()} says what that means for it. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is known about a request that failed. */
  public enum Kind {
    /** Not applied; the store can't be reached or has no leader: later it may succeed. */
    UNAVAILABLE,
    /**
     * Not applied; this client can't use the store as it is configured: refused credentials, an
     * endpoint that is no such store, TLS on one side only, an untrusted or wrong certificate.
     * Waiting does not help; a person has to change something, on this side or on the other, so
     * that a later request may succeed. The message names the endpoint and the reason.
     */
    MISCONFIGURED,
    /** Not applied; refused for its content, and would be again: permission, size, limits. */
    REJECTED,
    /**
     * Not applied; what was read is more than the store takes in one piece: ask for less at a time.
     */
    TOO_LARGE,
    /** Not applied; a lease that it names has ended. */
    LEASE_NOT_FOUND,
    /** Not applied; the revision asked for was compacted. */
    COMPACTED,
    /** Not applied; the revision asked for has not been reached. */
    FUTURE_REVISION,
    /** Not applied; the store was closed. */
    CLOSED,
    /** It may have been applied, may still be, or may never be. */
    OUTCOME_UNKNOWN
  }

  private final Kind kind;

  /**
   * @param kind what is known
   * @param message what happened, in the store's words
   * @param cause null if there is none
   */
  public StoreException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /**
   * The exception that a store's future failed with, taken out of what futures wrap it in. Anything
   * else, which a store should not throw, is taken to leave the outcome unknown.
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

  /** What is known about the request. */
  public Kind kind() {
    return kind;
  }
}
