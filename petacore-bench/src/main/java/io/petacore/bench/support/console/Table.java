package io.petacore.bench.support.console;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A plain-text table; the first column is left-aligned, all others are right-aligned. */
public final class Table {
  private static final String INDENT = "  ";
  private static final String GAP = "   ";

  private final List<List<String>> rows = new ArrayList<>();

  /** Creates a table with column headers. */
  public Table(String... headers) {
    rows.add(List.of(headers));
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if the number of cells is not the number of columns
   */
  public void row(String... cells) {
    if (cells.length != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "a row of " + cells.length + " cells for a table of " + rows.get(0).size() + " columns");
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
