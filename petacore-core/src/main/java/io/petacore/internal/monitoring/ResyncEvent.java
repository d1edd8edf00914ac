package io.petacore.internal.monitoring;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The JFR event of a resync. Fields are read by JFR. */
@Name("petacore.Resync")
@Label("Resync")
@Category("PetaCore")
@Description("A reload of the whole state, from its need until it is applied")
@StackTrace(false)
public final class ResyncEvent extends Event {

  @Label("Namespace")
  @Nullable String namespace;

  @Label("Keys")
  @Description("Keys that differed from the state in memory")
  int keys;

  @Label("Revision")
  long revision;

  @Label("Same History")
  @Description("Whether the loaded state continues the known history")
  boolean sameHistory;

  private final transient long startedAt;

  ResyncEvent(long startedAt) {
    this.startedAt = startedAt;
    begin();
  }

  long startedAt() {
    return startedAt;
  }

  void report(String in, int changed, long loadedAt, boolean same) {
    namespace = in;
    keys = changed;
    revision = loadedAt;
    sameHistory = same;
    commit();
  }
}
