package io.petacore.internal.writebehind;

import io.petacore.data.Bytes;
import io.petacore.transaction.WriteBehindFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports writes that have failed for good, on the application's executor. Safe for use by many
 * threads.
 */
final class FailureReporter {

  private static final Logger log = LoggerFactory.getLogger(FailureReporter.class);

  private final Executor executor;
  private final Consumer<WriteBehindFailure> listener;
  private final LongAdder count;

  /**
   * @param executor accepts every task, and does not block
   * @param count counts the writes
   */
  FailureReporter(Executor executor, Consumer<WriteBehindFailure> listener, LongAdder count) {
    this.executor = executor;
    this.listener = listener;
    this.count = count;
  }

  /** What is done if the application has no listener. */
  static void log(WriteBehindFailure failure) {
    log.error(
        "{} writes behind have failed for good, the first of the key {}",
        failure.keys().size(),
        failure.keys().get(0),
        failure.cause());
  }

  /** Gathers failures, to report those of one cause together. */
  Report begin() {
    return new Report();
  }

  /** Failures that are found together. Used by one thread. */
  final class Report {
    private final Map<RuntimeException, List<Bytes>> keys = new LinkedHashMap<>();

    void add(BufferedWrite write, RuntimeException cause) {
      keys.computeIfAbsent(cause, each -> new ArrayList<>()).add(write.key());
      count.increment();
    }

    /** Hands them over. To be called without locks. */
    void send() {
      keys.forEach(
          (cause, failed) -> {
            WriteBehindFailure failure = new WriteBehindFailure(failed, cause);
            executor.execute(() -> listener.accept(failure));
          });
    }
  }
}
