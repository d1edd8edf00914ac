package io.petacore.internal.commit;

import io.petacore.internal.concurrent.CombiningLock;
import io.petacore.internal.concurrent.Continuation;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Calls of the store: made without the lock, their answers handled under it. */
final class StoreCalls {

  private final CombiningLock lock;

  StoreCalls(CombiningLock lock) {
    this.lock = lock;
  }

  /**
   * Makes a call once the lock is free, and handles its answer in a step of its own. To be called
   * by a step.
   *
   * @param call makes the call; if it throws, which no store should do, the call has failed
   * @param onAnswer handles the answer, under the lock
   */
  <T> void send(Supplier<CompletableFuture<T>> call, Continuation.Step<T> onAnswer) {
    // If the handling fails, a batch is in doubt when its time is up, and resolved; anything else
    // that was begun counts as ended after a while: see ExpiringFlag.
    lock.sendAfterUnlock(
        () ->
            Continuation.after(
                make(call),
                Runnable::run,
                (result, failure) -> lock.run(() -> onAnswer.take(result, failure)),
                defect -> {}));
  }

  private static <T> CompletableFuture<T> make(Supplier<CompletableFuture<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException | Error thrown) {
      return CompletableFuture.failedFuture(thrown);
    }
  }
}
