package io.petacore.internal.engine;

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
 * The health of the store as seen from the outcomes of a storage's requests: the last contact, the
 * last failure, and incidents.
 *
 * <p>An <em>incident</em> begins with a failed request and ends when every kind of request that
 * failed has succeeded again, or has not failed for {@link #FORGOTTEN_AFTER}. An incident that
 * lasts for {@link #LOG_AFTER} is logged once, with its reason; so is its end. Safe for use by many
 * threads.
 */
public final class StoreHealth {

  private static final Logger log = LoggerFactory.getLogger(StoreHealth.class);

  static final Duration LOG_AFTER = Duration.ofSeconds(2);
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

  /**
   * A failed request.
   *
   * @param reason the message of the store or of the connection to it
   * @param at when the request failed, by this machine's clock
   */
  public record Failure(String reason, Instant at) {}

  /** The failures of a kind of request. */
  private static final class Failing {
    private final long since;
    private long last;
    private int count;
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
  private volatile @Nullable Failure lastFailure;
  private volatile @Nullable StoreException lastException;
  private volatile boolean incident; // failing is not empty; read without the lock

  private final Object lock = new Object();
  private final Map<Request, Failing> failing = new EnumMap<>(Request.class); // guarded by lock
  private boolean checkScheduled; // guarded by lock
  private boolean logged; // guarded by lock; whether the incident was
  private long incidentSince; // guarded by lock

  StoreHealth(Namespace namespace, Scheduler scheduler) {
    this.namespace = namespace;
    this.scheduler = scheduler;
  }

  /** Sets the listener for failures of reads and of the watch, called on their thread. */
  void onFailure(Consumer<StoreException> listener) {
    onFailure = listener;
  }

  /** Fails once a read or the watch has failed permanently. */
  CompletableFuture<Void> refused() {
    return refused;
  }

  /** The last failure; null if there was none. */
  public @Nullable Failure lastFailure() {
    return lastFailure;
  }

  /** The last failure as it was thrown; null if there was none. */
  @Nullable StoreException lastException() {
    return lastException;
  }

  /** When the store last sent anything, by this machine's clock; null if it never did. */
  public @Nullable Instant lastContact() {
    return contact ? Instant.now().minusNanos(scheduler.nanoTime() - contactAt) : null;
  }

  /** The nanoseconds since the store last sent anything; -1 if it never did. */
  public long contactAgeNanos() {
    return contact ? Math.max(0, scheduler.nanoTime() - contactAt) : -1;
  }

  /** Whether a failure does not pass by waiting. */
  static boolean isPermanent(StoreException failure) {
    return switch (failure.kind()) {
      case MISCONFIGURED, REJECTED, CLOSED -> true;
      default -> false;
    };
  }

  /** Records that the store has sent something. */
  void recordContact() {
    contactAt = scheduler.nanoTime();
    contact = true;
  }

  /** Records that a request has succeeded. */
  void succeeded(Request request) {
    recordContact();
    if (incident) {
      synchronized (lock) {
        failing.remove(request);
        endIncidentIfOver();
      }
    }
  }

  /** Records that a request has failed. */
  void failed(Request request, StoreException failure) {
    switch (failure.kind()) {
      case LEASE_NOT_FOUND, COMPACTED, FUTURE_REVISION, TOO_LARGE -> {
        succeeded(request);
        return;
      }
      case REJECTED -> {
        if (request == Request.COMMIT) {
          succeeded(request); // the fault of what it writes, not of the store
          return;
        }
        recordContact();
      }
      default -> {}
    }
    lastException = failure;
    lastFailure = new Failure(String.valueOf(failure.getMessage()), Instant.now());
    if (request == Request.READ || request == Request.WATCH) {
      if (isPermanent(failure)) {
        refused.completeExceptionally(failure);
      }
      onFailure.accept(failure);
    }
    if (failure.kind() != StoreException.Kind.CLOSED) {
      recordFailure(request, failure);
    }
  }

  private void recordFailure(Request request, StoreException failure) {
    synchronized (lock) {
      long now = scheduler.nanoTime();
      if (failing.isEmpty()) {
        incidentSince = now;
      }
      incident = true;
      Failing one = failing.computeIfAbsent(request, first -> new Failing(now, failure));
      one.last = now;
      one.count++;
      one.reason = failure;
      scheduleCheck();
    }
  }

  /** Logs a warning if the store has not sent anything by a moment from now. */
  void expectContact() {
    scheduler.schedule(
        LOG_AFTER,
        () -> {
          if (!contact && lastFailure == null) {
            log.warn(
                "namespace {}: the store has not answered for {} s",
                namespace,
                LOG_AFTER.toSeconds());
          }
        });
  }

  private void scheduleCheck() {
    assert Thread.holdsLock(lock);
    if (!checkScheduled && !logged) {
      checkScheduled = true;
      scheduler.schedule(LOG_AFTER, this::check);
    }
  }

  private void check() {
    synchronized (lock) {
      checkScheduled = false;
      endIncidentIfOver();
      long now = scheduler.nanoTime();
      for (Map.Entry<Request, Failing> entry : failing.entrySet()) {
        Failing one = entry.getValue();
        boolean persists = one.count > 1 || !contact || contactAt - one.last < 0;
        if (persists && now - one.since >= LOG_AFTER.toNanos()) {
          logged = true;
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
        scheduleCheck();
      }
    }
  }

  private void endIncidentIfOver() {
    assert Thread.holdsLock(lock);
    long now = scheduler.nanoTime();
    failing.values().removeIf(one -> now - one.last > FORGOTTEN_AFTER.toNanos());
    if (!failing.isEmpty()) {
      return;
    }
    incident = false;
    if (logged) {
      logged = false;
      log.info(
          "namespace {}: the store answers again after {} s of failures",
          namespace,
          Duration.ofNanos(now - incidentSince).toSeconds());
    }
  }
}
