package io.petacore.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class StatusNotifierTest {

  private record Status(String state, long loading) {}

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<String> reported = new ArrayList<>();

  private StatusNotifier<Status> notifier(Consumer<Status> listener) {
    return new StatusNotifier<>(tasks::add, Status::state, listener);
  }

  private void run() {
    for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
      next.run();
    }
  }

  private void record(Status status) {
    reported.add(status.state() + " " + status.loading());
  }

  /** An error would leave the listener without reports for ever, and the queue growing. */
  @Test
  void aListenerThatThrowsAnErrorGetsTheNextReport() {
    StatusNotifier<Status> notifier =
        notifier(
            status -> {
              record(status);
              throw new AssertionError("by the test");
            });
    notifier.report(() -> new Status("SYNCED", 0));
    run();
    notifier.report(() -> new Status("CLOSED", 0));
    run();
    assertEquals(List.of("SYNCED 0", "CLOSED 0"), reported);
  }

  @Test
  void aReportReplacesAQueuedOneOfTheSameState() {
    StatusNotifier<Status> notifier = notifier(this::record);
    for (int i = 1; i <= 1_000_000; i++) {
      int loaded = i;
      notifier.report(() -> new Status("STARTING", loaded));
    }
    notifier.report(() -> new Status("SYNCED", 0));
    run();
    assertEquals(List.of("STARTING 1000000", "SYNCED 0"), reported);
  }

  /** The queue of a listener that hangs stays small; the newest reports are kept, in order. */
  @Test
  void theQueueIsBounded() {
    StatusNotifier<Status> notifier = notifier(this::record);
    for (int i = 1; i <= 100_000; i++) {
      String state = i % 2 == 0 ? "SYNCED" : "DISCONNECTED";
      int loading = i;
      notifier.report(() -> new Status(state, loading));
    }
    notifier.report(() -> new Status("CLOSED", 0));
    run();
    assertTrue(reported.size() <= 100, () -> reported.size() + " were queued");
    assertEquals("CLOSED 0", reported.get(reported.size() - 1));
    assertEquals("SYNCED 100000", reported.get(reported.size() - 2));
    assertEquals("DISCONNECTED 99999", reported.get(reported.size() - 3));
  }
}
