package io.petacore;

import io.petacore.data.Bytes;
import io.petacore.error.NamespaceRefusedException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.format.FormatRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.time.Backoff;
import io.petacore.internal.time.Deadline;
import io.petacore.internal.time.Scheduler;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a storage, step by step, on the thread that asked for it. It goes on for as long as it gets
 * on: each step that is done, and each part of the state that arrives, begins {@code openTimeout}
 * anew. The whole is bounded by {@code openTotalTimeout} alone, if there is one.
 */
final class Opening {

  private static final Logger log = LoggerFactory.getLogger(Opening.class);

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
  private static final Duration MAX_BACKOFF = Duration.ofMillis(500);

  private final DistributedStorage.Builder settings;
  private final Namespace namespace;
  private final NamespaceGate gate;
  private final Scheduler scheduler;
  private final Deadline total;
  private Deadline deadline;

  Opening(DistributedStorage.Builder settings) {
    this.settings = settings;
    this.namespace = Namespace.of(settings.namespace);
    this.gate = new NamespaceGate(settings.store, namespace);
    this.scheduler = settings.schedulers.apply("petacore-" + settings.namespace);
    this.total = Deadline.in(settings.openTotalTimeout, scheduler::nanoTime);
    this.deadline = Deadline.in(settings.openTimeout, scheduler::nanoTime);
  }

  /** Opens a storage; leaves nothing behind when it throws. */
  Engine open() {
    FormatRecord format = look();
    Engine engine = new Engine(settings, namespace, format, scheduler);
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
      await(engine.whenApplied(format.createdAt()), engine::lastFailure);
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
              + " contains another one, whose format key is "
              + nested
              + ": choose one beside it");
    }
  }

  /** Tries until it succeeds, is refused, or the time is up. */
  private <T> T persist(Supplier<CompletableFuture<T>> step) {
    Backoff backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF, scheduler::chance);
    while (true) {
      try {
        T answer = await(step.get(), () -> null);
        gotOn();
        return answer;
      } catch (StoreException failure) {
        Duration pause = backoff.next();
        boolean hopeless =
            failure.kind() == StoreException.Kind.REJECTED
                || failure.kind() == StoreException.Kind.CLOSED;
        if (hopeless || remainingNanos() <= pause.toNanos()) {
          throw unavailable(failure);
        }
        pause(pause);
      }
    }
  }

  /** Waits for the first state for as long as more of it arrives. */
  private void awaitLoad(CompletableFuture<Void> synced, Engine engine) {
    try {
      boolean waiting = true;
      while (waiting && !scheduler.await(synced, Math.max(0, remainingNanos()))) {
        Duration ago = Duration.ofNanos(scheduler.nanoTime() - engine.loadHeardAt());
        Duration left = settings.openTimeout.minus(ago);
        deadline = Deadline.in(left, scheduler::nanoTime);
        waiting = !left.isNegative() && !left.isZero() && !total.hasPassed();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    await(synced, engine::lastFailure);
    gotOn();
  }

  private void gotOn() {
    deadline = Deadline.in(settings.openTimeout, scheduler::nanoTime);
  }

  private long remainingNanos() {
    return Math.min(deadline.remainingNanos(), total.remainingNanos());
  }

  private <T> T await(CompletableFuture<T> future, Supplier<@Nullable StoreException> whyLate) {
    try {
      if (!scheduler.await(future, Math.max(0, remainingNanos()))) {
        throw unavailable(whyLate.get());
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

  private StoreUnavailableException unavailable(@Nullable StoreException cause) {
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
