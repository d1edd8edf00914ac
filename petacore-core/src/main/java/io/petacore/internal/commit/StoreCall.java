package io.petacore.internal.commit;

import io.petacore.internal.concurrent.Continuation;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A call of the store, and what is done with the answer, on the thread that brings it. */
final class StoreCall {

  private StoreCall() {}

  /**
   * Makes a call and goes on with its answer. A call that throws, which no store should do, is one
   * that failed: whoever waits for the answer must not wait for ever.
   */
  static <T> void then(Supplier<CompletableFuture<T>> call, Continuation.Step<T> next) {
    // A defect of the step itself leaves a batch to the alarm, which doubts and settles it; what
    // else was begun counts as ended after a while: see InProgress.
    Continuation.after(make(call), Runnable::run, next, defect -> {});
  }

  private static <T> CompletableFuture<T> make(Supplier<CompletableFuture<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException | Error thrown) {
      return CompletableFuture.failedFuture(thrown);
    }
  }
}
