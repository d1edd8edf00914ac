package io.petacore.internal.feed;

import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.transaction.Snapshot;
import org.jspecify.annotations.Nullable;

/** A listener, which is always ready, and whose failed calls are made again. */
record ListenerRecipient(ChangeListener listener) implements Recipient {

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void onStart(FeedSubscription subscription) {}

  @Override
  public void onState(Snapshot state) {
    listener.onState(state);
  }

  @Override
  public void onChanges(ChangeBatch batch) {
    listener.onChanges(batch);
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    listener.onClosed(cause);
  }

  @Override
  public boolean failed() {
    return true;
  }
}
