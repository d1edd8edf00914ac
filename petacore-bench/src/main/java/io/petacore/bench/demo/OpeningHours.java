package io.petacore.bench.demo;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How long the shop is open: until its time is over, something fails, or the program is told to end
 * (Ctrl-C), in which case the accounts are still made up and the keys cleaned away before it does.
 */
final class OpeningHours implements AutoCloseable {
  private static final long AFTERWARDS_SECONDS = 120;

  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch allDone = new CountDownLatch(1);
  private final Thread hook = new Thread(this::endEarly, "closing-early");

  OpeningHours() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The program ends when its shutdown hooks have returned: so this one waits for the rest. */
  private void endEarly() {
    closing.countDown();
    try {
      allDone.await(AFTERWARDS_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Counted down when the shop closes. */
  CountDownLatch closing() {
    return closing;
  }

  /** Closes the shop, before its time if need be. */
  void end() {
    closing.countDown();
  }

  /** Keeps the shop open for some seconds, or until {@link #end()}. */
  void await(long seconds) throws InterruptedException {
    closing.await(seconds, TimeUnit.SECONDS);
    closing.countDown();
  }

  /** Everything is done: the program may end. */
  @Override
  public void close() {
    allDone.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The program is ending already, and the hook has just been released.
    }
  }
}
