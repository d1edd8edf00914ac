package io.petacore.bench.demo;

import io.petacore.bench.demo.Finding.Verdict;
import io.petacore.bench.support.console.Figures;
import java.util.ArrayList;
import java.util.List;

/** What a check found wrong: how often, and the first few cases in words. */
final class Problems {
  private static final int SHOWN = 3;

  private final List<String> examples = new ArrayList<>();
  private long count;

  void add(Stocktaking node, String what) {
    if (count++ < SHOWN) {
      examples.add(node.node() + ": " + what);
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** The finding: all well, with a detail for that case, or the problems. */
  Finding finding(String check, String detailIfNone) {
    if (isEmpty()) {
      return new Finding(check, Verdict.OK, detailIfNone);
    }
    String more = count > SHOWN ? "; and " + Figures.count(count - SHOWN) + " more" : "";
    return new Finding(
        check,
        Verdict.FAILED,
        Figures.count(count) + " wrong: " + String.join("; ", examples) + more);
  }
}
