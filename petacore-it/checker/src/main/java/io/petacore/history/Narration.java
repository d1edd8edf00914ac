package io.petacore.history;

import io.petacore.data.Bytes;
import io.petacore.history.MicroOp.PointOp;
import io.petacore.history.MicroOp.RangeRead;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Describes findings in readable form. */
final class Narration {

  /** The number of elements shown of a long list, counted from its end. */
  private static final int SHOWN = 8;

  private final Evidence evidence;

  Narration(Evidence evidence) {
    this.evidence = evidence;
  }

  /** Describes the transactions involved, as T1, T2 and so on, and their operations. */
  String cast(List<Integer> txns) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < txns.size(); i++) {
      text.append("  T").append(i + 1).append(" is ").append(describe(txns.get(i))).append('\n');
    }
    return text.toString();
  }

  private String describe(int number) {
    Txn txn = evidence.txn(number);
    return String.format(
        Locale.ROOT,
        "#%d of %s, %s (%s, %s; events %d to %s): %s",
        number,
        txn.node(),
        txn.thread(),
        txn.level(),
        txn.outcome(),
        txn.invoked(),
        txn.completed() == Txn.NEVER ? "none" : txn.completed(),
        txn.ops().stream().map(Narration::describe).collect(Collectors.joining(", ")));
  }

  private static String describe(MicroOp op) {
    if (op instanceof RangeRead range) {
      return "read "
          + range(range)
          + " as {"
          + range.found().stream()
              .map(read -> read.key() + "=" + seen(read.isOfList(), read.seen()))
              .collect(Collectors.joining(", "))
          + "}";
    }
    PointOp point = (PointOp) op;
    if (point instanceof MicroOp.Delete delete) {
      return "delete " + delete.key() + " (" + delete.tombstone() + ")";
    }
    if (point.writes()) {
      return (point.isOfList() ? "append " : "write ") + point.written() + " to " + point.key();
    }
    return "read " + point.key() + " as " + seen(point.isOfList(), point.seen());
  }

  private static String range(RangeRead range) {
    return "[" + range.from() + ", " + range.to() + ")";
  }

  /** Describes the result of a read. */
  static String seen(boolean list, List<Long> values) {
    if (!list) {
      return values.isEmpty() ? "absent" : values.get(0).toString();
    }
    int hidden = Math.max(0, values.size() - SHOWN);
    return (hidden == 0 ? "[" : "[(" + hidden + " more) ")
        + values.subList(hidden, values.size()).stream()
            .map(String::valueOf)
            .collect(Collectors.joining(" "))
        + "]";
  }

  /** Describes a cycle: its transactions, and why each comes before the next. */
  String cycle(List<Dependency> cycle) {
    List<Integer> txns = new ArrayList<>();
    cycle.forEach(dependency -> txns.add(dependency.before()));
    StringBuilder text = new StringBuilder(cast(txns));
    for (int i = 0; i < cycle.size(); i++) {
      String before = "T" + (i + 1);
      String after = "T" + ((i + 1) % cycle.size() + 1);
      text.append("  ").append(before).append(" comes before ").append(after).append(": ");
      text.append(why(cycle.get(i), before, after)).append('\n');
    }
    return text.append("  and so T1 comes before itself").toString();
  }

  private String why(Dependency dependency, String before, String after) {
    int first = dependency.before();
    int second = dependency.after();
    return switch (dependency.kind()) {
      case WW ->
          before
              + " "
              + wrote(dependency, dependency.from())
              + ", and "
              + after
              + " "
              + wrote(dependency, dependency.to())
              + " after it";
      case WR ->
          before
              + " "
              + wrote(dependency, dependency.to())
              + ", and "
              + after
              + " read it"
              + readIn(second, dependency);
      case RW ->
          before
              + " read "
              + dependency.key()
              + " as "
              + read(first, dependency)
              + (dependency.predicate() ? " in " + range(first, dependency.key()) : "")
              + ", before "
              + after
              + " "
              + wrote(dependency, dependency.to());
      case SESSION -> endedBefore(first, before, second, after, "there");
      case REAL_TIME ->
          endedBefore(first, before, second, after, "on " + evidence.txn(second).node());
      case WITHIN -> throw new IllegalStateException("not of two transactions");
    };
  }

  private String readIn(int txn, Dependency dependency) {
    KeyEvidence key = evidence.key(dependency.key());
    if (key.isList()) {
      return " in " + read(txn, dependency);
    }
    return key.isDeleted(dependency.to()) ? " as absent" : "";
  }

  private String wrote(Dependency dependency, long version) {
    KeyEvidence key = evidence.key(dependency.key());
    if (key.isDeleted(version)) {
      return "deleted " + key.key() + " (" + version + ")";
    }
    return (key.isList() ? "appended " : "wrote ") + version + " to " + key.key();
  }

  private String endedBefore(int first, String before, int second, String after, String where) {
    return String.format(
        Locale.ROOT,
        "%s had ended on %s (event %d) before %s began %s (event %d)",
        before,
        evidence.txn(first).node(),
        evidence.txn(first).completed(),
        after,
        where,
        evidence.txn(second).invoked());
  }

  /** Describes a cycle of the values of a register. */
  String versions(String key, List<Integer> txns, List<RegisterOrder.Reason> cycle) {
    StringBuilder text = new StringBuilder(cast(txns));
    for (RegisterOrder.Reason reason : cycle) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %s was %s before it was %s: %s\n",
              key,
              version(key, reason.before()),
              version(key, reason.after()),
              reason.first() == reason.second()
                  ? "T"
                      + (txns.indexOf(reason.first()) + 1)
                      + " read the former and wrote the latter"
                  : "T%d accessed the former and ended before T%d, which accessed the latter, began"
                      .formatted(
                          txns.indexOf(reason.first()) + 1, txns.indexOf(reason.second()) + 1)));
    }
    return text.append("  which is a cycle").toString();
  }

  private String version(String key, long version) {
    if (version == KeyEvidence.INITIAL) {
      return "absent";
    }
    return evidence.key(key).isDeleted(version)
        ? "deleted (" + version + ")"
        : Long.toString(version);
  }

  private String read(int txn, Dependency dependency) {
    return evidence.points(txn).stream()
        .filter(op -> op.key().equals(dependency.key()) && !op.writes())
        .findFirst()
        .map(op -> seen(op.isOfList(), op.seen()))
        .orElse("?");
  }

  /** Describes the range in which a transaction found a key to be absent. */
  private String range(int txn, String key) {
    Bytes absent = Bytes.utf8(key);
    return evidence.txn(txn).ops().stream()
        .filter(op -> op instanceof RangeRead range && range.range().contains(absent))
        .findFirst()
        .map(op -> range((RangeRead) op))
        .orElse("?");
  }
}
