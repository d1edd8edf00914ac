package io.petacore.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Builds histories by hand, of concurrent or sequential transactions. */
final class Histories {

  private final List<Txn> txns = new ArrayList<>();
  private int processes;
  private long event;

  /** A transaction and its properties. */
  static final class Step {
    private String node = "n1";
    private IsolationLevel level = IsolationLevel.SNAPSHOT;
    private Outcome outcome = Outcome.OK;
    private final List<MicroOp> ops = new ArrayList<>();

    Step append(String key, long value) {
      ops.add(new MicroOp.Append(key, value));
      return this;
    }

    Step list(String key, Long... values) {
      ops.add(new MicroOp.ListRead(key, List.of(values)));
      return this;
    }

    Step write(String key, long value) {
      ops.add(new MicroOp.Write(key, value));
      return this;
    }

    Step read(String key, long value) {
      ops.add(new MicroOp.RegisterRead(key, value));
      return this;
    }

    Step absent(String key) {
      ops.add(new MicroOp.RegisterRead(key, null));
      return this;
    }

    Step delete(String key, long tombstone) {
      ops.add(new MicroOp.Delete(key, tombstone));
      return this;
    }

    /** Reads a range of registers, of which those are present that {@code found} reads. */
    Step registers(String from, String to, Step found) {
      return range(from, to, false, found);
    }

    /** Reads a range of lists, of which those are present that {@code found} reads. */
    Step lists(String from, String to, Step found) {
      return range(from, to, true, found);
    }

    private Step range(String from, String to, boolean lists, Step found) {
      ops.add(
          new MicroOp.RangeRead(
              from, to, lists, found.ops.stream().map(MicroOp.PointOp.class::cast).toList()));
      return this;
    }

    Step on(String name) {
      node = name;
      return this;
    }

    Step readCommitted() {
      level = IsolationLevel.READ_COMMITTED;
      return this;
    }

    Step serializable() {
      level = IsolationLevel.SERIALIZABLE;
      return this;
    }

    Step fails() {
      outcome = Outcome.FAIL;
      return this;
    }

    Step unknown() {
      outcome = Outcome.UNKNOWN;
      return this;
    }
  }

  static Step txn() {
    return new Step();
  }

  /** Adds concurrent transactions: all begin before the first of them ends. */
  Histories together(Step... steps) {
    long begun = event;
    event += steps.length;
    for (int i = 0; i < steps.length; i++) {
      add(steps[i], begun + i, event++);
    }
    return this;
  }

  /** Adds sequential transactions. */
  Histories then(Step... steps) {
    for (Step step : steps) {
      add(step, event, event + 1);
      event += 2;
    }
    return this;
  }

  private void add(Step step, long invoked, long completed) {
    txns.add(
        new Txn(
            processes++,
            step.node,
            "main",
            step.level,
            step.outcome,
            step.ops,
            invoked,
            completed,
            invoked,
            completed));
  }

  History history() {
    return new History(txns);
  }

  Report check() {
    return Checker.check(history());
  }

  /** Asserts that exactly these types are reported as forbidden, and none as allowed. */
  static void assertForbidden(Histories history, AnomalyType... types) {
    Report report = history.check();
    assertEquals(Set.of(types), Report.types(report.forbidden()), report::toString);
    assertEquals(Set.of(), Report.types(report.allowed()), report::toString);
  }

  /** Asserts that nothing is reported as forbidden, and exactly these types as allowed. */
  static void assertAllowed(Histories history, AnomalyType... types) {
    Report report = history.check();
    assertEquals(Set.of(), Report.types(report.forbidden()), report::toString);
    assertEquals(Set.of(types), Report.types(report.allowed()), report::toString);
  }
}
