package io.petacore.etcd;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the threads of one store, and knows them again: a close on one of them can't await its end.
 */
final class StoreThreads {

  private final AtomicInteger count = new AtomicInteger();

  /** Daemon threads, so that a store that was forgotten open does not keep the JVM. */
  ThreadFactory named(String role) {
    return task -> {
      Thread thread =
          new StoreThread(this, task, "petacore-etcd-" + role + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  boolean isCurrent() {
    return Thread.currentThread() instanceof StoreThread thread && thread.owner == this;
  }

  private static final class StoreThread extends FastThreadLocalThread {
    private final StoreThreads owner;

    StoreThread(StoreThreads owner, Runnable task, String name) {
      super(task, name);
      this.owner = owner;
    }
  }
}
