package io.petacore.etcd;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Creates the threads of one store and waits for their end. */
final class StoreThreads {

  private final AtomicInteger count = new AtomicInteger();
  private final Set<StoreThread> made = ConcurrentHashMap.newKeySet();

  /**
   * Returns a factory of daemon threads, so that a store that was not closed does not prevent the
   * JVM from exiting.
   */
  ThreadFactory named(String role) {
    return task -> {
      String name = "petacore-etcd-" + role + "-" + count.incrementAndGet();
      StoreThread thread = new StoreThread(this, task, name);
      thread.setDaemon(true);
      made.removeIf(earlier -> earlier.getState() == Thread.State.TERMINATED);
      made.add(thread);
      return thread;
    };
  }

  /**
   * Calls a supplier on a new thread and waits for it, ignoring interrupts. Rethrows exceptions of
   * the supplier.
   */
  static <T> T callOnNewThread(String role, Supplier<T> maker) {
    CompletableFuture<T> made = new CompletableFuture<>();
    Runnable making =
        () -> {
          try {
            made.complete(maker.get());
          } catch (RuntimeException | Error e) {
            made.completeExceptionally(e);
          }
        };
    Thread thread = new Thread(making, "petacore-etcd-" + role);
    thread.setDaemon(true);
    thread.start();
    try {
      return made.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      if (e.getCause() instanceof Error thrown) {
        throw thrown;
      }
      throw e;
    }
  }

  boolean isCurrent() {
    return Thread.currentThread() instanceof StoreThread thread && thread.owner == this;
  }

  /**
   * Waits for the end of all threads; the termination of an executor does not include that.
   *
   * @return whether they ended within the time
   */
  boolean join(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (StoreThread thread : made) {
      // Zero would wait forever.
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
      if (thread.isAlive()) {
        return false;
      }
    }
    return true;
  }

  private static final class StoreThread extends FastThreadLocalThread {
    private final StoreThreads owner;

    StoreThread(StoreThreads owner, Runnable task, String name) {
      super(task, name);
      this.owner = owner;
    }
  }
}
