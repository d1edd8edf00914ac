package io.petacore.internal.engine;

import io.petacore.data.Bytes;
import io.petacore.error.InternalErrorException;
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
 * Opens a storage, step by step, on the calling thread. Every completed step, and every part of the
 * state that arrives, restarts {@code openTimeout}; {@code openTotalTimeout} bounds the whole.
 */
public final class StorageOpener {

  private static final Logger log = LoggerFactory.getLogger(StorageOpener.class);

  private final StorageConfig config;
  private final Namespace namespace;
  private final NamespaceGate gate;
  private final Scheduler scheduler;
  private final Deadline total;
  private final StoreHealth health;
  private Deadline deadline;

  /**
   * @throws IllegalArgumentException if the namespace is neither empty nor ends in a delimiter
   */
  public StorageOpener(StorageConfig config) {
    this.config = config;
    this.namespace = Namespace.of(config.namespace());
    this.gate = new NamespaceGate(config.store(), namespace);
    this.scheduler = config.newScheduler("");
    this.total = Deadline.in(config.timeouts().openTotal(), scheduler::nanoTime);
    this.deadline = Deadline.in(config.timeouts().open(), scheduler::nanoTime);
    this.health = new StoreHealth(namespace, scheduler);
  }

  /** Opens a storage; leaves nothing behind if it throws. */
  public Engine open() {
    FormatRecord format = readFormat();
    Engine engine = new Engine(config, namespace, format, scheduler, health);
    try {
      enter(engine, format);
      return engine;
    } catch (RuntimeException | Error failure) {
      engine.close();
      throw failure;
    }
  }

  /** Checks that the namespace can be opened, and returns its format. */
  private FormatRecord readFormat() {
    try {
      health.expectContact();
      log.info("opening namespace {} on {}", namespace, retry(config.store()::describe));
      retry(gate::requireNotEnclosed);
      return retry(gate::read);
    } catch (RuntimeException | Error failure) {
      scheduler.shutdown();
      throw failure;
    }
  }

  private void enter(Engine engine, FormatRecord expected) {
    awaitLoad(engine.start(), engine);
    requireNotEnclosing(engine);
    if (config.isReadOnly()) {
      return;
    }
    NamespaceGate.Format format = retry(gate::enter);
    if (format.createdAt() != 0) {
      checkAgain(engine, format);
    } else if (!format.record().equals(expected)) {
      throw new NamespaceRefusedException(
          "the namespace "
              + namespace
              + " has just been created by a release with another format: open it again");
    }
  }

  private void checkAgain(Engine engine, NamespaceGate.Format format) {
    try {
      await(engine.whenApplied(format.createdAt()));
      requireNotEnclosing(engine);
      retry(gate::requireNotEnclosed);
    } catch (NamespaceRefusedException refused) {
      retry(() -> gate.leave(format));
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

  /** Retries a step until it succeeds, is refused, or times out. */
  private <T> T retry(Supplier<CompletableFuture<T>> step) {
    Backoff backoff = Backoff.ofRequests(scheduler);
    while (true) {
      try {
        T answer = await(step.get());
        health.succeeded(StoreHealth.Request.READ);
        restartTimeout();
        return answer;
      } catch (StoreException failure) {
        health.failed(StoreHealth.Request.READ, failure);
        Duration delay = backoff.next();
        if (StoreHealth.isPermanent(failure)) {
          throw refused(failure);
        }
        if (remainingNanos() <= delay.toNanos()) {
          throw unavailable();
        }
        pause(delay);
      }
    }
  }

  /**
   * Waits for the initial load as long as parts of it arrive, or until the store refuses it for
   * good.
   */
  private void awaitLoad(CompletableFuture<Void> synced, Engine engine) {
    CompletableFuture<Object> result = CompletableFuture.anyOf(synced, health.refused());
    try {
      boolean waiting = true;
      while (waiting && !scheduler.await(result, Math.max(0, remainingNanos()))) {
        Duration ago = Duration.ofNanos(scheduler.nanoTime() - engine.loadHeardAt());
        Duration left = config.timeouts().open().minus(ago);
        deadline = Deadline.in(left, scheduler::nanoTime);
        waiting = !left.isNegative() && !left.isZero() && !total.hasPassed();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    try {
      await(result);
    } catch (StoreException failure) {
      throw refused(failure);
    }
    restartTimeout();
  }

  private void restartTimeout() {
    deadline = Deadline.in(config.timeouts().open(), scheduler::nanoTime);
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
      if (e.getCause() instanceof StoreException failed) {
        throw failed;
      }
      if (e.getCause() instanceof PetaCoreException known) {
        throw known.copy();
      }
      throw new InternalErrorException("opening failed unexpectedly", e.getCause(), false);
    }
  }

  private void pause(Duration delay) {
    try {
      scheduler.pause(delay);
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
        what + "the store refuses this client, and waiting does not help: " + failure.getMessage(),
        failure);
  }

  private StoreUnavailableException unavailable() {
    StoreException cause = health.lastException();
    return new StoreUnavailableException(
        "the namespace "
            + namespace
            + (total.hasPassed()
                ? " could not be opened within " + config.timeouts().openTotal()
                : " could not be opened: no progress within " + config.timeouts().open())
            + (cause == null ? "" : ": " + cause.getMessage()),
        cause);
  }
}
