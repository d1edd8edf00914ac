package io.petacore;

import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Namespace;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a storage knows of its store from the answers to its requests: the last contact, the last
 * failure, and trouble.
 *
 * <p><b>Trouble</b> begins with a failed request and ends when every kind of request that failed
 * has succeeded again, or has not failed for {@link #FORGOTTEN_AFTER}. Trouble that lasts for
 * {@link #PATIENCE} is logged, once, with its reason; so is its end. Safe for use by many threads.
 */
final class StoreHealth {

  private static final Logger log = LoggerFactory.getLogger(StoreHealth.class);

  static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(30);

  /** A kind of request. */
  enum Request {
    READ("reads"),
    WATCH("the watch"),
    SESSION("the session's lease and fence"),
    COMMIT("commits");

    private final String plural;

    Request(String plural) {
      this.plural = plural;
    }
  }

  /** A kind of request that fails. */
  private static final class Failing {
    private final long since;
    private long last;
    private int times;
    private StoreException reason;

    private Failing(long now, StoreException reason) {
      this.since = now;
      this.last = now;
      this.reason = reason;
    }
  }

  private final Namespace namespace;
  private final Scheduler scheduler;
  private final CompletableFuture<Void> refused = new CompletableFuture<>();
  private volatile Consumer<StoreException> onFailure = failure -> {};
  private volatile long contactAt; // monotonic; valid once contact has been made
  private volatile boolean contact;
  private volatile StorageStatus.@Nullable Failure lastFailure;
  private volatile @Nullable StoreException lastException;
  private volatile boolean troubled; // whether failing is not empty, to be asked without the lock

  private final Object lock = new Object();
  private final Map<Request, Failing> failing = new EnumMap<>(Request.class); // guarded by lock
  private boolean looking; // guarded by lock; whether a look at the trouble is scheduled
  private boolean told; // guarded by lock; whether the trouble was logged
  private long troubledSince; // guarded by lock

  StoreHealth(Namespace namespace, Scheduler scheduler) {
    this.namespace = namespace;
    this.scheduler = scheduler;
  }

  /** Has failures of reads and of the watch told to somebody, on the thread that brings them. */
  void onFailure(Consumer<StoreException> listener) {
    onFailure = listener;
  }

  /** Fails once a read or the watch is refused in a way that waiting does not mend. */
  CompletableFuture<Void> refused() {
    return refused;
  }

  /** The last failure; null if there was none. */
  StorageStatus.@Nullable Failure lastFailure() {
    return lastFailure;
  }

  /** The last failure as it was thrown; null if there was none. */
  @Nullable StoreException lastException() {
    return lastException;
  }

  /** When the store last answered anything, by this machine's clock; null if it never did. */
  @Nullable Instant lastContact() {
    return contact ? Instant.now().minusNanos(scheduler.nanoTime() - contactAt) : null;
  }

  /** Whether a failure is one that waiting does not mend. */
  static boolean isHopeless(StoreException failure) {
    return switch (failure.kind()) {
      case MISCONFIGURED, REJECTED, CLOSED -> true;
      default -> false;
    };
  }

  /** The store has sent something, unasked. */
  void heard() {
    contactAt = scheduler.nanoTime();
    contact = true;
  }

  /** The store has answered a request. */
  void answered(Request request) {
    heard();
    if (troubled) {
      synchronized (lock) {
        failing.remove(request);
        endTroubleIfOver();
      }
    }
  }

  /** A request has failed. */
  void failed(Request request, StoreException failure) {
    switch (failure.kind()) {
      case LEASE_NOT_FOUND, COMPACTED, FUTURE_REVISION, TOO_LARGE -> {
        answered(request);
        return;
      }
      case REJECTED -> {
        if (request == Request.COMMIT) {
          answered(request); // the matter of whoever has written that
          return;
        }
        heard();
      }
      default -> {}
    }
    lastException = failure;
    lastFailure = new StorageStatus.Failure(String.valueOf(failure.getMessage()), Instant.now());
    if (request == Request.READ || request == Request.WATCH) {
      if (isHopeless(failure)) {
        refused.completeExceptionally(failure);
      }
      onFailure.accept(failure);
    }
    if (failure.kind() != StoreException.Kind.CLOSED) {
      note(request, failure);
    }
  }

  private void note(Request request, StoreException failure) {
    synchronized (lock) {
      long now = scheduler.nanoTime();
      if (failing.isEmpty()) {
        troubledSince = now;
      }
      troubled = true;
      Failing one = failing.computeIfAbsent(request, first -> new Failing(now, failure));
      one.last = now;
      one.times++;
      one.reason = failure;
      lookLater();
    }
  }

  /** Begins: a store that answers nothing at all is trouble, too. */
  void begin() {
    scheduler.schedule(
        PATIENCE,
        () -> {
          if (!contact && lastFailure == null) {
            log.warn(
                "namespace {}: the store has not answered anything for {} s",
                namespace,
                PATIENCE.toSeconds());
          }
        });
  }

  /** Under the lock. */
  private void lookLater() {
    if (!looking && !told) {
      looking = true;
      scheduler.schedule(PATIENCE, this::look);
    }
  }

  private void look() {
    synchronized (lock) {
      looking = false;
      endTroubleIfOver();
      long now = scheduler.nanoTime();
      for (Map.Entry<Request, Failing> entry : failing.entrySet()) {
        Failing one = entry.getValue();
        boolean persists = one.times > 1 || !contact || contactAt - one.last < 0;
        if (persists && now - one.since >= PATIENCE.toNanos()) {
          told = true;
          log.warn(
              "namespace {}: {} have been failing for {} s: {}",
              namespace,
              entry.getKey().plural,
              Duration.ofNanos(now - one.since).toSeconds(),
              one.reason.getMessage());
          return;
        }
      }
      if (!failing.isEmpty()) {
        lookLater();
      }
    }
  }

  /** Under the lock. */
  private void endTroubleIfOver() {
    long now = scheduler.nanoTime();
    failing.values().removeIf(one -> now - one.last > FORGOTTEN_AFTER.toNanos());
    if (!failing.isEmpty()) {
      return;
    }
    troubled = false;
    if (told) {
      told = false;
      log.info(
          "namespace {}: the store answers again, after {} s of trouble",
          namespace,
          Duration.ofNanos(now - troubledSince).toSeconds());
    }
  }
}
