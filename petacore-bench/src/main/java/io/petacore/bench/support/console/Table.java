package io.petacore.bench.support.console;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table in plain text: the first column to the left, the others, figures, to the right. */
public final class Table {
  private static final String INDENT = "  ";
  private static final String GAP = "   ";

  private final List<List<String>> rows = new ArrayList<>();

  /** A table with its column heads. */
  public Table(String... heads) {
    rows.add(List.of(heads));
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if it has not as many cells as there are columns
   */
  public void row(String... cells) {
    if (cells.length != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "a row of " + cells.length + " cells in a table of " + rows.get(0).size() + " columns");
    }
    rows.add(List.of(cells));
  }

  /** Prints the table. */
  public void print(PrintWriter out) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    print(out, rows.get(0), widths);
    String[] rules = Arrays.stream(widths).mapToObj("-"::repeat).toArray(String[]::new);
    print(out, List.of(rules), widths);
    rows.stream().skip(1).forEach(row -> print(out, row, widths));
  }

  private static void print(PrintWriter out, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder(INDENT);
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - cells.get(i).length());
      String cell = i == 0 ? cells.get(i) + padding : padding + cells.get(i);
      line.append(i == 0 ? "" : GAP).append(cell);
    }
    out.println(line.toString().stripTrailing());
  }
}
