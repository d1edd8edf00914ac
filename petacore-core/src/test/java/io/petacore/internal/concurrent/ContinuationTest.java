package io.petacore.internal.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ContinuationTest {
  private final ManualScheduler scheduler = new ManualScheduler();
  private final CompletableFuture<String> future = new CompletableFuture<>();
  private final List<Object> taken = new ArrayList<>();
  private final List<RuntimeException> defects = new ArrayList<>();

  private void follow() {
    Continuation.after(
        future,
        scheduler,
        (result, failure) -> taken.add(result == null ? String.valueOf(failure) : result),
        defects::add);
  }

  private void followThrowing(RuntimeException defect) {
    Continuation.after(
        future,
        scheduler,
        (result, failure) -> {
          throw defect;
        },
        defects::add);
  }

  @Test
  void aStepRunsOnItsExecutor() {
    follow();
    future.complete("done");
    assertEquals(List.of(), taken, "not on the thread that completes");
    scheduler.runDue();
    assertEquals(List.of("done"), taken);
    follow();
    scheduler.runDue();
    assertEquals(List.of("done", "done"), taken, "also for a future that is complete already");
    assertEquals(List.of(), defects);
  }

  @Test
  void aFailureRunsTheStepToo() {
    follow();
    future.completeExceptionally(new IllegalStateException("scripted"));
    scheduler.runDue();
    assertEquals(List.of("java.lang.IllegalStateException: scripted"), taken);
    assertEquals(List.of(), defects);
  }

  @Test
  void anExceptionOfAStepIsReported() {
    IllegalStateException defect = new IllegalStateException("scripted");
    followThrowing(defect);
    future.complete("done");
    scheduler.runDue();
    assertEquals(1, defects.size());
    assertSame(defect, defects.get(0));
    assertEquals(List.of(), scheduler.failures());
  }

  @Test
  void anErrorOfAStepIsReported() {
    AssertionError error = new AssertionError("scripted");
    Continuation.after(
        future,
        scheduler,
        (result, failure) -> {
          throw error;
        },
        defects::add);
    future.complete("done");
    scheduler.runDue();
    assertEquals(1, defects.size());
    assertSame(error, assertInstanceOf(AssertionError.class, defects.get(0).getCause()));
  }
}
