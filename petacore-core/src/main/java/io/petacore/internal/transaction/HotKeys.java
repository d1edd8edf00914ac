package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Lines in front of the keys that transactions of this storage collide on.
 *
 * <p>Who has collided on a key waits for its turn there before it runs again, and whoever comes to
 * write such a key lines up behind. So among hundreds that change one key each gets through in the
 * order of its coming, at its first run on the head of the line, instead of the one that happens to
 * be awake. Collisions with other nodes are not prevented, only spread: there is one from each.
 *
 * <p>A place is no lock: the store's guards decide all the same. The head of a line that takes too
 * long is passed, which also undoes circles of transactions that each wait for another's key.
 *
 * <p>Safe for use by many threads.
 */
final class HotKeys {

  /** How long the head of a line may keep the others waiting, at least; at most twice of that. */
  private static final Duration PATIENCE = Duration.ofMillis(50);

  private final Scheduler scheduler;

  /** A line is changed only inside the map's atomic operations on its key. */
  private final ConcurrentHashMap<Bytes, Line> lines = new ConcurrentHashMap<>();

  private volatile boolean closed;

  HotKeys(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Whether no key has a line: a quick look, for nearly every commit. */
  boolean areNone() {
    return lines.isEmpty();
  }

  /** Whether a key has a line. */
  boolean contains(Bytes key) {
    return lines.containsKey(key);
  }

  /** Lines up at the end. */
  Place join(Bytes key) {
    Place place = new Place(key);
    lines.compute(
        key,
        (k, there) -> {
          Line line = there == null ? open(key) : there;
          line.places.add(place);
          return line;
        });
    call(key);
    if (closed) {
      place.turn.complete(null);
    }
    return place;
  }

  /** Lets everybody go on, now and later: no timer is going to pass who takes too long. */
  void close() {
    closed = true;
    for (Bytes key : lines.keySet()) {
      Line line = lines.remove(key);
      if (line != null) {
        line.places.forEach(place -> place.turn.complete(null));
      }
    }
  }

  private Line open(Bytes key) {
    Line line = new Line();
    look(key, line);
    return line;
  }

  /** Tells the head of a line that it is its turn. */
  private void call(Bytes key) {
    AtomicReference<@Nullable Place> head = new AtomicReference<>();
    lines.computeIfPresent(
        key,
        (k, line) -> {
          Place first = line.head();
          head.set(first);
          if (line.called != first) {
            line.called = first;
            line.calledAt = scheduler.nanoTime();
          }
          return line;
        });
    Place called = head.get();
    if (called != null) {
      called.turn.complete(null);
    }
  }

  private void leave(Place place) {
    lines.computeIfPresent(
        place.key,
        (k, line) -> {
          line.places.remove(place);
          return line.places.isEmpty() ? null : line;
        });
    call(place.key);
  }

  /** Looks after a line for as long as there is one. */
  private void look(Bytes key, Line line) {
    scheduler.repeat(
        PATIENCE,
        () -> {
          if (lines.get(key) != line) {
            return false;
          }
          AtomicReference<@Nullable Place> slow = new AtomicReference<>();
          lines.computeIfPresent(
              key,
              (k, now) -> {
                if (scheduler.nanoTime() - now.calledAt >= PATIENCE.toNanos()) {
                  slow.set(now.called);
                }
                return now;
              });
          Place passed = slow.get();
          if (passed != null) {
            leave(passed);
          }
          return true;
        });
  }

  private static final class Line {
    private final LinkedHashSet<Place> places = new LinkedHashSet<>();
    private @Nullable Place called;
    private long calledAt;

    Place head() {
      return places.iterator().next();
    }
  }

  /** A place in a line. */
  final class Place {
    private final Bytes key;
    private final CompletableFuture<@Nullable Void> turn = new CompletableFuture<>();

    private Place(Bytes key) {
      this.key = key;
    }

    Bytes key() {
      return key;
    }

    /** Done when everybody who came before has left, or was passed. */
    CompletableFuture<@Nullable Void> turn() {
      return turn;
    }

    /** Lets the next one go on. Harmless to repeat. */
    void leave() {
      HotKeys.this.leave(this);
    }
  }
}
