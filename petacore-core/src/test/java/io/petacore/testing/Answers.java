package io.petacore.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Awaits the answers of a store. */
public final class Answers {
  private static final long TIMEOUT_SECONDS = 30;

  private Answers() {}

  /** Returns the answer as soon as there is one, within 30 s. */
  public static <T> T answer(CompletableFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  /** Asserts that a call fails with a {@link StoreException} of this kind. */
  public static void assertFails(StoreException.Kind kind, CompletableFuture<?> future) {
    ExecutionException failure = assertThrows(ExecutionException.class, () -> answer(future));
    assertEquals(kind, assertInstanceOf(StoreException.class, failure.getCause()).kind());
  }
}
