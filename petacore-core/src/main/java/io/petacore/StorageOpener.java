package io.petacore;

import io.petacore.data.Bytes;
import io.petacore.error.NamespaceRefusedException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreRefusedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.FormatRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a storage, step by step, on the thread that asked for it. It goes on for as long as it gets
 * on: each step that is done, and each part of the state that arrives, begins {@code openTimeout}
 * anew. The whole is bounded by {@code openTotalTimeout} alone, if there is one.
 */
final class StorageOpener {

  private static final Logger log = LoggerFactory.getLogger(StorageOpener.class);

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
  private static final Duration MAX_BACKOFF = Duration.ofMillis(500);

  private final DistributedStorage.Builder settings;
  private final Namespace namespace;
  private final NamespaceGate gate;
  private final Scheduler scheduler;
  private final Deadline total;
  private final StoreHealth health;
  private Deadline deadline;

  StorageOpener(DistributedStorage.Builder settings) {
    this.settings = settings;
    this.namespace = Namespace.of(settings.namespace);
    this.gate = new NamespaceGate(settings.store, namespace);
    this.scheduler = settings.schedulers.apply("petacore-" + settings.namespace);
    this.total = Deadline.in(settings.openTotalTimeout, scheduler::nanoTime);
    this.deadline = Deadline.in(settings.openTimeout, scheduler::nanoTime);
    this.health = new StoreHealth(namespace, scheduler);
  }

  /** Opens a storage; leaves nothing behind when it throws. */
  Engine open() {
    FormatRecord format = look();
    Engine engine = new Engine(settings, namespace, format, scheduler, health);
    try {
      enter(engine, format);
      return engine;
    } catch (RuntimeException | Error failure) {
      engine.close();
      throw failure;
    }
  }

  /** Whether there is a namespace that can be opened, and with which format. */
  private FormatRecord look() {
    try {
      health.begin();
      log.info("opening namespace {} on {}", namespace, persist(settings.store::describe));
      persist(gate::requireNotEnclosed);
      return persist(gate::read);
    } catch (RuntimeException | Error failure) {
      scheduler.shutdown();
      throw failure;
    }
  }

  private void enter(Engine engine, FormatRecord expected) {
    awaitLoad(engine.start(), engine);
    requireNotEnclosing(engine);
    if (settings.readOnly) {
      return;
    }
    NamespaceGate.Format format = persist(gate::enter);
    if (format.createdAt() != 0) {
      lookAgain(engine, format);
    } else if (!format.record().equals(expected)) {
      throw new NamespaceRefusedException(
          "the namespace "
              + namespace
              + " has just been created by a release with another format: open it again");
    }
  }

  private void lookAgain(Engine engine, NamespaceGate.Format format) {
    try {
      await(engine.whenApplied(format.createdAt()));
      requireNotEnclosing(engine);
      persist(gate::requireNotEnclosed);
    } catch (NamespaceRefusedException refused) {
      persist(() -> gate.leave(format));
      throw refused;
    }
  }

  private void requireNotEnclosing(Engine engine) {
    Bytes nested = engine.nestedNamespace();
    if (nested != null) {
      throw new NamespaceRefusedException(
          "the namespace "
              + namespace
              + " contains another one, "
              + namespaceOf(nested)
              + ": choose one beside it");
    }
  }

  /** The namespace that a format key belongs to. */
  private static Bytes namespaceOf(Bytes formatKey) {
    return formatKey.prefixOf(formatKey.length() - ReservedKeys.FORMAT.length());
  }

  /** Tries until it succeeds, is refused, or the time is up. */
  private <T> T persist(Supplier<CompletableFuture<T>> step) {
    Backoff backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF, scheduler::chance);
    while (true) {
      try {
        T answer = await(step.get());
        health.answered(StoreHealth.Request.READ);
        gotOn();
        return answer;
      } catch (StoreException failure) {
        health.failed(StoreHealth.Request.READ, failure);
        Duration pause = backoff.next();
        if (StoreHealth.isHopeless(failure)) {
          throw refused(failure);
        }
        if (remainingNanos() <= pause.toNanos()) {
          throw unavailable();
        }
        pause(pause);
      }
    }
  }

  /**
   * Waits for the first state for as long as more of it arrives, unless the store refuses for good.
   */
  private void awaitLoad(CompletableFuture<Void> synced, Engine engine) {
    CompletableFuture<Object> known = CompletableFuture.anyOf(synced, health.refused());
    try {
      boolean waiting = true;
      while (waiting && !scheduler.await(known, Math.max(0, remainingNanos()))) {
        Duration ago = Duration.ofNanos(scheduler.nanoTime() - engine.loadHeardAt());
        Duration left = settings.openTimeout.minus(ago);
        deadline = Deadline.in(left, scheduler::nanoTime);
        waiting = !left.isNegative() && !left.isZero() && !total.hasPassed();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    try {
      await(known);
    } catch (StoreException failure) {
      throw refused(failure);
    }
    gotOn();
  }

  private void gotOn() {
    deadline = Deadline.in(settings.openTimeout, scheduler::nanoTime);
  }

  private long remainingNanos() {
    return Math.min(deadline.remainingNanos(), total.remainingNanos());
  }

  private <T> T await(CompletableFuture<T> future) {
    try {
      if (!scheduler.await(future, Math.max(0, remainingNanos()))) {
        throw unavailable();
      }
      return future.join();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof PetaCoreException known) {
        known.fillInStackTrace();
        throw known;
      }
      throw new PetaCoreException("opening failed unexpectedly", e.getCause());
    }
  }

  private void pause(Duration pause) {
    try {
      scheduler.pause(pause);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static StoreUnavailableException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new StoreUnavailableException("interrupted while opening", cause);
  }

  private PetaCoreException refused(StoreException failure) {
    String what = "the namespace " + namespace + " can't be opened: ";
    if (failure.kind() == StoreException.Kind.CLOSED) {
      return new StorageClosedException(what + "the store was closed before its storage");
    }
    return new StoreRefusedException(
        what
            + "the store refuses this client, and waiting does not mend it: "
            + failure.getMessage(),
        failure);
  }

  private StoreUnavailableException unavailable() {
    StoreException cause = health.lastException();
    return new StoreUnavailableException(
        "the namespace "
            + namespace
            + (total.hasPassed()
                ? " could not be opened within " + settings.openTotalTimeout
                : " could not be opened: no progress within " + settings.openTimeout)
            + (cause == null ? "" : ": " + cause.getMessage()),
        cause);
  }
}
