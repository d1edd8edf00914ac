package io.petacore.internal.writebehind;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.internal.writebehind.Epochs.Epoch;
import io.petacore.testing.Crew;
import org.junit.jupiter.api.Test;

/** A flush is over when every write before it has left. */
class EpochsTest {

  private static final Bytes KEY = Bytes.utf8("key");

  private final Epochs epochs = new Epochs();
  private final RuntimeException cause = new IllegalStateException("by the test");

  private Epoch join() {
    return requireNonNull(epochs.join());
  }

  @Test
  void aFlushWaitsForItsEpochAndAllBefore() {
    Epoch first = join();
    assertSame(first, epochs.flush());
    Epoch second = join();
    assertNotSame(first, second);
    assertSame(second, epochs.flush());
    Epoch third = join();
    assertTrue(epochs.isAwaited());
    epochs.leave(second);
    assertFalse(second.done().isDone(), "a write of the first epoch is unresolved");
    epochs.leave(first);
    assertTrue(first.done().isDone());
    assertTrue(second.done().isDone());
    assertFalse(epochs.isAwaited());
    epochs.leave(third);
    assertFalse(third.done().isDone(), "no flush has ended it");
    assertTrue(epochs.flush().done().isDone());
  }

  @Test
  void aFailureIsReportedToEveryFlushThatWaits() {
    Epoch first = join();
    epochs.flush();
    Epoch second = join();
    epochs.flush();
    epochs.fail(first, KEY, cause);
    assertEquals(1, first.done().join().count());
    epochs.fail(second, KEY, cause);
    assertEquals(2, second.done().join().count());
    assertEquals(0, epochs.flush().done().join().count());
  }

  @Test
  void aFailureThatNoFlushWaitsForIsReportedToTheNext() {
    epochs.fail(join(), KEY, cause);
    assertEquals(1, epochs.flush().done().join().count());
    Epoch second = join();
    epochs.flush();
    assertTrue(epochs.abandon(second));
    epochs.fail(second, KEY, cause);
    assertEquals(1, epochs.flush().done().join().count());
    assertEquals(0, epochs.flush().done().join().count());
    assertFalse(epochs.abandon(second), "it is over");
  }

  @Test
  void closedEpochsTakeNoWrites() {
    Epoch last = join();
    assertSame(last, epochs.close());
    assertNull(epochs.join());
    assertFalse(last.done().isDone());
    assertSame(last, epochs.flush());
    epochs.leave(last);
    assertTrue(last.done().isDone());
    assertSame(last, epochs.close());
  }

  /** Fails if a write joins an epoch that a flush has found empty. */
  @Test
  void aFlushAfterAWriteWaitsForIt() {
    try (Crew crew = new Crew()) {
      for (int thread = 0; thread < 4; thread++) {
        crew.start(
            () -> {
              for (int i = 0; i < 50_000; i++) {
                Epoch epoch = join();
                Epoch flushed = epochs.flush();
                assertFalse(flushed.done().isDone(), "it has not left");
                epochs.leave(epoch);
              }
            });
      }
      crew.join();
    }
    assertTrue(epochs.flush().done().isDone(), "a count was lost");
    assertFalse(epochs.isAwaited());
  }
}
