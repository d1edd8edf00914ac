package io.petacore.internal.monitoring;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** The JFR event of a request with transactions. Fields are read by JFR. */
@Name("petacore.CommitBatch")
@Label("Commit Batch")
@Category("PetaCore")
@Description("A request with transactions, from its sending until it is applied here or has failed")
@Threshold("10 ms")
@StackTrace(false)
public final class CommitBatchEvent extends Event {

  private static final CommitBatchEvent PROBE = new CommitBatchEvent();

  @Label("Namespace")
  @Nullable String namespace;

  @Label("Transactions")
  int transactions;

  @Label("Size")
  @DataAmount
  long bytes;

  @Label("Revision")
  @Description("The revision at which it was applied; 0 if it was not")
  long revision;

  @Label("In Doubt")
  @Description("Whether its answer was lost")
  boolean inDoubt;

  CommitBatchEvent() {
    begin();
  }

  static boolean isOn() {
    return PROBE.isEnabled();
  }

  void report(String in, int members, long size, long appliedAt, boolean answerLost) {
    end();
    if (shouldCommit()) {
      namespace = in;
      transactions = members;
      bytes = size;
      revision = appliedAt;
      inDoubt = answerLost;
      commit();
    }
  }
}
