package io.petacore.internal.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CombiningLockTest {
  private final List<String> done = new ArrayList<>();
  private final CombiningLock lock = new CombiningLock(() -> done.add("epilogue"));

  /** Submits a step on a thread that finds the lock taken. */
  private void submitElsewhere(Runnable step) {
    CompletableFuture.runAsync(() -> lock.submit(step)).join();
  }

  @Test
  void requestsAreSentBeforeOtherActionsAndBothAfterTheUnlock() {
    lock.run(
        () -> {
          lock.afterUnlock(() -> done.add("completed"));
          lock.sendAfterUnlock(() -> done.add("sent"));
          done.add("step");
        });
    assertEquals(List.of("step", "epilogue", "sent", "completed"), done);
  }

  @Test
  void aStepCanReturnAValue() {
    assertEquals("value", lock.call(() -> "value"));
    assertEquals(List.of("epilogue"), done);
  }

  @Test
  void submittedStepsAndDeferredActionsRunAfterAStepThatFails() {
    assertThrows(
        IllegalStateException.class,
        () ->
            lock.run(
                () -> {
                  submitElsewhere(() -> done.add("submitted"));
                  lock.afterUnlock(() -> done.add("completed"));
                  throw new IllegalStateException("on purpose");
                }));
    assertEquals(List.of("completed", "submitted", "epilogue"), done);
  }

  @Test
  void aSubmittedStepThatFailsDoesNotAffectTheHolderOfTheLock() {
    lock.run(
        () -> {
          submitElsewhere(
              () -> {
                throw new IllegalStateException("on purpose");
              });
          submitElsewhere(() -> lock.afterUnlock(() -> done.add("completed")));
        });
    assertEquals(List.of("epilogue", "completed"), done);
  }

  @Test
  void retainedActionsWaitForTheFlush() {
    lock.runRetaining(() -> lock.afterUnlock(() -> done.add("retained")));
    lock.run(() -> lock.afterUnlock(() -> done.add("other")));
    assertEquals(List.of("epilogue", "other"), done);
    lock.flush();
    assertEquals(List.of("epilogue", "other", "epilogue", "retained"), done);
  }

  @Test
  void actionsThatComeUpInAnActionRunAfterTheOthers() {
    lock.run(
        () -> {
          lock.afterUnlock(
              () -> {
                lock.run(() -> lock.afterUnlock(() -> done.add("inner")));
                done.add("outer");
              });
          lock.afterUnlock(() -> done.add("next"));
        });
    assertEquals(List.of("epilogue", "epilogue", "outer", "next", "inner"), done);
  }

  @Test
  void actionsCanBeDeferredUnderTheLockOnly() {
    assertThrows(AssertionError.class, () -> lock.afterUnlock(() -> {}));
    assertThrows(AssertionError.class, () -> lock.sendAfterUnlock(() -> {}));
    assertThrows(AssertionError.class, lock::assertHeld);
  }
}
