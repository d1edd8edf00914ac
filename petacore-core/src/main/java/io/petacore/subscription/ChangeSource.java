package io.petacore.subscription;

import io.petacore.data.KeyRange;
import io.petacore.error.StorageClosedException;
import java.util.concurrent.Flow;

/**
 * What delivers changes of keys to listeners, in the order in which they are applied.
 *
 * <p>Safe for use by many threads.
 */
public interface ChangeSource {

  /**
   * Delivers the state of a range and then its changes to a listener, with default options.
   *
   * @param range the keys; those reserved for PetaCore are left out
   * @param listener the listener; see there for threads and failures
   * @return the subscription; close it when it is no longer needed
   * @throws StorageClosedException if the storage is closed
   */
  default Subscription subscribe(KeyRange range, ChangeListener listener) {
    return subscribe(range, SubscribeOptions.defaults(), listener);
  }

  /**
   * Delivers the state of a range and then its changes to a listener: every revision after that
   * state which changes the range, each once, whole and in order. What a slow listener falls behind
   * by more than its buffer is delivered as one batch of net changes, and so is what the storage
   * has missed when it loads its state again.
   *
   * @param range the keys; those reserved for PetaCore are left out
   * @param options how the listener is served
   * @param listener the listener; see there for threads and failures
   * @return the subscription; close it when it is no longer needed
   * @throws StorageClosedException if the storage is closed
   */
  Subscription subscribe(KeyRange range, SubscribeOptions options, ChangeListener listener);

  /**
   * Returns a publisher of Reactive Streams for the changes of a range. Each subscriber gets a
   * subscription of its own when it subscribes. Its first batch is the state, with every present
   * key, unless the options leave it out; changes for which there is no demand wait, or are
   * conflated, as for a slow listener. The stream completes when the storage is closed. A
   * subscriber that throws is cancelled.
   *
   * @param range the keys; those reserved for PetaCore are left out
   * @param options how each subscriber is served
   * @return the publisher
   */
  Flow.Publisher<ChangeBatch> changes(KeyRange range, SubscribeOptions options);
}
