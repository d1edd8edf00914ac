package io.petacore.internal.monitoring;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * The JFR event of a watch session, reported when it ends. Sessions last for days: the event's own
 * duration is 0 if the recording was started after the session, hence {@link #openFor}. Fields are
 * read by JFR.
 */
@Name("petacore.WatchSession")
@Label("Watch Session")
@Category("PetaCore")
@Description("A watch, from its opening to its end")
@StackTrace(false)
public final class WatchSessionEvent extends Event {

  @Label("Namespace")
  @Nullable String namespace;

  @Label("From Revision")
  long fromRevision;

  @Label("Accepted")
  boolean accepted;

  @Label("Received Bytes")
  @DataAmount
  long receivedBytes;

  @Label("Open For")
  @Timespan
  long openFor;

  @Label("Reason")
  @Nullable String reason;

  private final transient AtomicBoolean reported = new AtomicBoolean();
  private final transient long startedAt;

  WatchSessionEvent(long startedAt) {
    this.startedAt = startedAt;
    begin();
  }

  void report(String in, long from, boolean opened, long bytes, String why, LongSupplier nanoTime) {
    if (isEnabled() && reported.compareAndSet(false, true)) {
      namespace = in;
      fromRevision = from;
      accepted = opened;
      receivedBytes = bytes;
      openFor = nanoTime.getAsLong() - startedAt;
      reason = why;
      commit();
    }
  }
}
