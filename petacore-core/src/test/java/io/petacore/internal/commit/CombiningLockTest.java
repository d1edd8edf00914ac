package io.petacore.internal.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CombiningLockTest {
  private final List<String> taken = new ArrayList<>();
  private final CombiningLock steps = new CombiningLock(effects -> {});

  /** A thread that finds the lock taken leaves its step to the holder. */
  private void anotherOffers(Consumer<DeferredActions> step) {
    CompletableFuture.runAsync(() -> steps.offer(step)).join();
  }

  /** What somebody left to the holder of the lock is not lost with the holder's own step. */
  @Test
  void aStepThatFailsLeavesNothingBehind() {
    assertThrows(
        IllegalStateException.class,
        () ->
            steps.take(
                effects -> {
                  anotherOffers(more -> taken.add("offered"));
                  effects.tell(() -> taken.add("told"));
                  throw new IllegalStateException("on purpose");
                }));
    assertEquals(List.of("told", "offered"), taken);
  }

  /** The holder of the lock has nothing to do with a step that somebody left to it. */
  @Test
  void anOfferedStepThatFailsIsNotItsTakersFault() {
    steps.take(
        effects -> {
          anotherOffers(
              more -> {
                throw new IllegalStateException("on purpose");
              });
          anotherOffers(more -> more.tell(() -> taken.add("the next one")));
        });
    assertEquals(List.of("the next one"), taken);
  }
}
