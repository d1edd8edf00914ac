package io.petacore.subscription;

import io.petacore.transaction.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * Receives the state of a range once, and then its changes.
 *
 * <p>Calls do not overlap, and each sees what the ones before wrote to memory. They run on the
 * executor of {@link SubscribeOptions}, and may block it: while a call runs, changes are queued for
 * this listener, and {@linkplain ChangeBatch#conflated conflated} beyond its buffer; other
 * listeners, reads and commits do not wait for it.
 *
 * <p>During a call for a revision, reads of the storage see at least that revision.
 *
 * <p><b>A call that throws counts as not delivered.</b> It is logged and made again after a pause,
 * of up to 10 s if it keeps throwing, whether or not there are further changes; the changes since
 * are conflated with the failed batch. A listener that may throw in the middle of a batch should
 * therefore apply it as a whole or be able to apply it again.
 */
@FunctionalInterface
public interface ChangeListener {

  /**
   * Receives the state that the changes follow. It may hold more than the range of the
   * subscription. Not called {@link SubscribeOptions#withoutInitialState}.
   *
   * @param state valid during the call only; keeps history in memory meanwhile
   */
  default void onState(Snapshot state) {}

  /**
   * Receives the next changes.
   *
   * @param batch at least one change
   */
  void onChanges(ChangeBatch batch);

  /**
   * Receives the end of the subscription: the last call, made once.
   *
   * @param cause null if the subscription or the storage was closed; otherwise why no change will
   *     ever come, for example because the application closed the store
   */
  default void onClosed(@Nullable Throwable cause) {}
}
