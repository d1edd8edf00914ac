package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class StatusNotifierTest {
  private static final StorageStatus.Counters NONE =
      new StorageStatus.Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<String> told = new ArrayList<>();

  private static StorageStatus status(StorageStatus.State state, long loading) {
    return new StorageStatus(state, 1, 1, Duration.ZERO, 1, loading, 1, 1, null, null, NONE);
  }

  private void run() {
    for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
      next.run();
    }
  }

  private void note(StorageStatus status) {
    told.add(status.state() + " " + status.loading());
  }

  /** An error would leave the listener without news for ever, and the queue growing. */
  @Test
  void aListenerThatThrowsAnErrorIsToldOfTheNextChange() {
    StatusNotifier notifier =
        new StatusNotifier(
            tasks::add,
            status -> {
              note(status);
              throw new AssertionError("by the test");
            });
    notifier.tell(() -> status(StorageStatus.State.SYNCED, 0));
    run();
    notifier.tell(() -> status(StorageStatus.State.CLOSED, 0));
    run();
    assertEquals(List.of("SYNCED 0", "CLOSED 0"), told);
  }

  @Test
  void progressOfAStateThatTheListenerHasNotHeardOfReplacesIt() {
    StatusNotifier notifier = new StatusNotifier(tasks::add, this::note);
    for (int i = 1; i <= 1_000_000; i++) {
      int loaded = i;
      notifier.tell(() -> status(StorageStatus.State.STARTING, loaded));
    }
    notifier.tell(() -> status(StorageStatus.State.SYNCED, 0));
    run();
    assertEquals(List.of("STARTING 1000000", "SYNCED 0"), told);
  }

  /** What waits for a listener that has hung stays small; what is new wins, in order. */
  @Test
  void changesThatWaitAreBounded() {
    StatusNotifier notifier = new StatusNotifier(tasks::add, this::note);
    for (int i = 1; i <= 100_000; i++) {
      StorageStatus.State state =
          i % 2 == 0 ? StorageStatus.State.SYNCED : StorageStatus.State.DISCONNECTED;
      int number = i;
      notifier.tell(() -> status(state, number));
    }
    notifier.tell(() -> status(StorageStatus.State.CLOSED, 0));
    run();
    assertTrue(told.size() <= 100, () -> told.size() + " waited");
    assertEquals("CLOSED 0", told.get(told.size() - 1));
    assertEquals("SYNCED 100000", told.get(told.size() - 2));
    assertEquals("DISCONNECTED 99999", told.get(told.size() - 3));
  }
}
