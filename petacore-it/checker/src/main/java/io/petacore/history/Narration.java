package io.petacore.history;

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

  static String describe(MicroOp op) {
    if (op.writes()) {
      return (op.isOfList() ? "append " : "write ") + op.written() + " to " + op.key();
    }
    return "read " + op.key() + " as " + seen(op.isOfList(), op.seen());
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
    Txn first = evidence.txn(dependency.before());
    Txn second = evidence.txn(dependency.after());
    String key = dependency.key();
    boolean list = isOfList(first, key) || isOfList(second, key);
    String wrote = list ? " appended " : " wrote ";
    return switch (dependency.kind()) {
      case WW ->
          before
              + wrote
              + dependency.from()
              + " to "
              + key
              + ", and "
              + after
              + wrote
              + dependency.to()
              + " after it";
      case WR ->
          before
              + wrote
              + dependency.to()
              + " to "
              + key
              + ", and "
              + after
              + " read it"
              + (list ? " in " + read(second, dependency) : "");
      case RW ->
          before
              + " read "
              + key
              + " as "
              + read(first, dependency)
              + ", without "
              + dependency.to()
              + ", which "
              + after
              + (list ? " appended" : " wrote");
      case SESSION ->
          before
              + " had ended on "
              + first.node()
              + " (event "
              + first.completed()
              + ") before "
              + after
              + " began there (event "
              + second.invoked()
              + ")";
      case REAL_TIME ->
          before
              + " had ended on "
              + first.node()
              + " (event "
              + first.completed()
              + ") before "
              + after
              + " began on "
              + second.node()
              + " (event "
              + second.invoked()
              + ")";
      case WITHIN -> throw new IllegalStateException("not of two transactions");
    };
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
              version(reason.before()),
              version(reason.after()),
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

  private static String version(long version) {
    return version == KeyEvidence.INITIAL ? "absent" : Long.toString(version);
  }

  private static boolean isOfList(Txn txn, String key) {
    return txn.ops().stream().anyMatch(op -> op.key().equals(key) && op.isOfList());
  }

  private static String read(Txn txn, Dependency dependency) {
    return txn.ops().stream()
        .filter(op -> op.key().equals(dependency.key()) && !op.writes())
        .findFirst()
        .map(op -> seen(op.isOfList(), op.seen()))
        .orElse("?");
  }
}
