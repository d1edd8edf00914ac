package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The places of one transaction in the lines of hot keys. It lines up in the order of the keys, at
 * one after the other, so that two transactions seldom wait for each other.
 *
 * <p>Used by one thread at a time, but for the lining up, which goes on wherever a turn comes.
 */
final class Turns {

  /** The turn of whoever need not wait. */
  static final CompletableFuture<@Nullable Void> NOW = CompletableFuture.completedFuture(null);

  private final HotKeys hotKeys;
  private final List<HotKeys.Place> places = new ArrayList<>(0); // guarded by itself
  private @Nullable TreeSet<Bytes> collidedOn; // null for nearly every transaction
  private int stays; // guarded by places; counts up when they are left

  Turns(HotKeys hotKeys) {
    this.hotKeys = hotKeys;
  }

  /**
   * Before writes are committed: who writes keys that others line up for goes to the end.
   *
   * @param writes in the order of their keys
   * @return done when it may go on
   */
  CompletableFuture<@Nullable Void> before(Collection<Write> writes) {
    if (hasAny()) {
      return NOW;
    }
    List<Bytes> hot = new ArrayList<>(1);
    for (Write write : writes) {
      if (hotKeys.contains(write.key())) {
        hot.add(write.key());
      }
    }
    return lineUp(hot);
  }

  /**
   * After a collision, before the body runs again.
   *
   * @return done when it may go on
   */
  CompletableFuture<@Nullable Void> after(Bytes key) {
    if (has(key)) {
      return NOW; // somebody of another node has come first, or somebody who has not lined up
    }
    leave();
    TreeSet<Bytes> keys = collidedOn == null ? new TreeSet<>() : collidedOn;
    collidedOn = keys;
    keys.add(key);
    return lineUp(keys);
  }

  private CompletableFuture<@Nullable Void> lineUp(Collection<Bytes> keys) {
    int stay;
    synchronized (places) {
      stay = stays;
    }
    CompletableFuture<@Nullable Void> ready = NOW;
    for (Bytes key : keys) {
      ready = ready.thenCompose(done -> join(key, stay));
    }
    return ready;
  }

  private CompletableFuture<@Nullable Void> join(Bytes key, int stay) {
    synchronized (places) {
      if (stay != stays) {
        return NOW; // it has left, or given up waiting
      }
      HotKeys.Place place = hotKeys.join(key);
      places.add(place);
      return place.turn();
    }
  }

  private boolean hasAny() {
    synchronized (places) {
      return !places.isEmpty();
    }
  }

  private boolean has(Bytes key) {
    synchronized (places) {
      return places.stream().anyMatch(place -> place.key().equals(key));
    }
  }

  /** Lets the others go on. */
  void leave() {
    List<HotKeys.Place> left;
    synchronized (places) {
      stays++;
      left = List.copyOf(places);
      places.clear();
    }
    left.forEach(HotKeys.Place::leave);
  }
}
