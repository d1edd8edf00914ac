package io.petacore.subscription;

import io.petacore.data.KeyRange;

/** A listener's registration for the changes of a range. Safe for use by many threads. */
public interface Subscription extends AutoCloseable {

  /**
   * Returns the range whose changes are delivered.
   *
   * @return the range as it was given
   */
  KeyRange range();

  /**
   * Returns the revision that the changes follow.
   *
   * @return the revision of the state given to {@link ChangeListener#onState}; 0 until that call
   *     has returned. {@link SubscribeOptions#withoutInitialState}, the revision applied when the
   *     subscription was made
   */
  long startRevision();

  /**
   * Returns the last revision that the listener was given.
   *
   * @return the revision of the last call that returned; 0 before the first one. It may be lower
   *     than the applied revision although nothing is pending: revisions that change nothing in the
   *     range are not delivered
   */
  long deliveredRevision();

  /**
   * Returns whether the subscription has ended.
   *
   * @return true if it or its storage was closed, or the storage can't follow its store any more
   */
  boolean isClosed();

  /**
   * Ends the subscription; changes that are pending are dropped. Called by the listener itself, it
   * returns at once; otherwise it returns when no call is in progress. After that only {@link
   * ChangeListener#onClosed} follows, once, on the listener's executor. An interrupt ends the wait,
   * and stays set. Idempotent.
   */
  @Override
  void close();
}
