package io.petacore.internal.monitoring;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The JFR event of a lost session. Fields are read by JFR. */
@Name("petacore.SessionLost")
@Label("Session Lost")
@Category("PetaCore")
@Description("A session whose lease ended early, so that another is opened")
@StackTrace(false)
final class SessionLostEvent extends Event {

  @Label("Namespace")
  @Nullable String namespace;

  @Label("Session")
  @Nullable String session;

  static void report(String in, String lost) {
    SessionLostEvent event = new SessionLostEvent();
    event.namespace = in;
    event.session = lost;
    event.commit();
  }
}
