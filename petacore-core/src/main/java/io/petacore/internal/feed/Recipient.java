package io.petacore.internal.feed;

import io.petacore.subscription.ChangeBatch;
import io.petacore.transaction.Snapshot;
import org.jspecify.annotations.Nullable;

/** The application's side of a subscription. Calls but {@link #isReady} do not overlap. */
interface Recipient {

  /** Whether it accepts a call now. May be called by any thread, also with locks held. */
  boolean isReady();

  /** Receives the subscription; the first call. */
  void onStart(FeedSubscription subscription);

  /** Receives the state that the changes follow. */
  void onState(Snapshot state);

  /** Receives changes. */
  void onChanges(ChangeBatch batch);

  /** Receives the end; the last call. */
  void onClosed(@Nullable Throwable cause);

  /** Handles that a call threw; returns whether it is to be made again, or else no other will. */
  boolean failed();
}
