package io.petacore.internal.feed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.internal.concurrent.ApplicationExecutor;
import io.petacore.internal.concurrent.Scheduler;
import java.util.IdentityHashMap;
import java.util.concurrent.Executor;

/**
 * One {@link ApplicationExecutor} for each executor that subscriptions have been given, while there
 * is such a subscription: so an executor that blocks or refuses concerns its own subscriptions
 * only. Safe for use by many threads.
 */
final class ListenerExecutors {

  private static final class Shared {
    private final ApplicationExecutor executor;
    private int users;

    Shared(ApplicationExecutor executor) {
      this.executor = executor;
    }
  }

  private final Scheduler scheduler;

  @GuardedBy("this")
  private final IdentityHashMap<Executor, Shared> shared = new IdentityHashMap<>();

  ListenerExecutors(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Returns an executor that accepts every task; {@link #release} it. */
  synchronized Executor acquire(Executor application) {
    Shared found =
        shared.computeIfAbsent(
            application, absent -> new Shared(new ApplicationExecutor(absent, scheduler)));
    found.users++;
    return found.executor;
  }

  /** Releases an executor once. */
  synchronized void release(Executor application) {
    Shared found = shared.get(application);
    if (found != null && --found.users == 0) {
      shared.remove(application);
    }
  }
}
