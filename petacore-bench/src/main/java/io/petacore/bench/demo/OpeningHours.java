package io.petacore.bench.demo;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Decides when the shop closes: after its duration, on a failure, or on Ctrl-C. On Ctrl-C the
 * process exits only after the accounts are checked and the keys removed.
 */
final class OpeningHours implements AutoCloseable {
  private static final long EXIT_DELAY_SECONDS = 120;

  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch allDone = new CountDownLatch(1);
  private final Thread hook = new Thread(this::endEarly, "closing-early");

  OpeningHours() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Closes the shop and delays the exit of the process until the run is complete. */
  private void endEarly() {
    closing.countDown();
    try {
      allDone.await(EXIT_DELAY_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Counted down when the shop closes. */
  CountDownLatch closing() {
    return closing;
  }

  /** Closes the shop. */
  void end() {
    closing.countDown();
  }

  /** Waits for some seconds or until {@link #end()}, then closes the shop. */
  void await(long seconds) throws InterruptedException {
    closing.await(seconds, TimeUnit.SECONDS);
    closing.countDown();
  }

  /** Lets the process exit. */
  @Override
  public void close() {
    allDone.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is exiting; the hook has just been released.
    }
  }
}
