package io.petacore.internal.monitoring;

import io.petacore.metrics.MetricsRecorder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The application's recorders. Without any, a report costs one read of a field. */
final class Recorders {

  private static final Logger log = LoggerFactory.getLogger(Recorders.class);

  private static final MetricsRecorder[] NONE = {};

  private final AtomicBoolean warned = new AtomicBoolean();
  private volatile MetricsRecorder[] recorders = NONE; // written under the lock, never changed

  /** The recorders now; not to be changed. */
  MetricsRecorder[] all() {
    return recorders;
  }

  boolean areNone() {
    return recorders.length == 0;
  }

  synchronized void add(MetricsRecorder recorder) {
    MetricsRecorder[] more = Arrays.copyOf(recorders, recorders.length + 1);
    more[recorders.length] = recorder;
    recorders = more;
  }

  synchronized void remove(MetricsRecorder recorder) {
    int at = Arrays.asList(recorders).indexOf(recorder);
    if (at >= 0) {
      MetricsRecorder[] fewer = Arrays.copyOf(recorders, recorders.length - 1);
      System.arraycopy(recorders, at + 1, fewer, at, fewer.length - at);
      recorders = fewer;
    }
  }

  /** Logs what a recorder has thrown, the first time: it must not fail what is recorded. */
  void failed(MetricsRecorder recorder, Throwable thrown) {
    if (warned.compareAndSet(false, true)) {
      log.warn("a metrics recorder threw; it is not logged again: {}", recorder, thrown);
    }
  }
}
