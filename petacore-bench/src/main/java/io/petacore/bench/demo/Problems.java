package io.petacore.bench.demo;

import io.petacore.bench.demo.Finding.Verdict;
import io.petacore.bench.support.console.Figures;
import java.util.ArrayList;
import java.util.List;

/** Violations found by a check: their number and the first few examples. */
final class Problems {
  private static final int SHOWN = 3;

  private final List<String> examples = new ArrayList<>();
  private long count;

  void add(Inventory node, String what) {
    if (count++ < SHOWN) {
      examples.add(node.node() + ": " + what);
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  /**
   * Returns the result of the check.
   *
   * @param detailIfNone the detail if there are no violations
   */
  Finding finding(String check, String detailIfNone) {
    if (isEmpty()) {
      return new Finding(check, Verdict.OK, detailIfNone);
    }
    String more = count > SHOWN ? "; and " + Figures.count(count - SHOWN) + " more" : "";
    return new Finding(
        check,
        Verdict.FAILED,
        Figures.count(count) + " violations: " + String.join("; ", examples) + more);
  }
}
