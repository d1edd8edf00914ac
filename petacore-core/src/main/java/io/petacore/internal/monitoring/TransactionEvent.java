package io.petacore.internal.monitoring;

import io.petacore.metrics.TransactionOutcome;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** The JFR event of a transaction that had something to commit. Fields are read by JFR. */
@Name("petacore.Transaction")
@Label("Transaction")
@Category("PetaCore")
@Description("A transaction with something to commit, over all attempts")
@Threshold("10 ms")
@StackTrace(false)
public final class TransactionEvent extends Event {

  private static final TransactionEvent PROBE = new TransactionEvent();

  @Label("Namespace")
  @Nullable String namespace;

  @Label("Outcome")
  @Nullable String outcome;

  @Label("Attempts")
  int attempts;

  @Label("Keys")
  @Description("Keys that the last run has written")
  int keys;

  @Label("Revision")
  @Description("The revision of the commit; 0 if there is none")
  long revision;

  TransactionEvent() {
    begin();
  }

  static boolean isOn() {
    return PROBE.isEnabled();
  }

  void report(String in, TransactionOutcome how, int runs, int written, long committedAt) {
    end();
    if (shouldCommit()) {
      namespace = in;
      outcome = how.label();
      attempts = runs;
      keys = written;
      revision = committedAt;
      commit();
    }
  }
}
