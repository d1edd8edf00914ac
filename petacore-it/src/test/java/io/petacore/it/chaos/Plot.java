package io.petacore.it.chaos;

import java.util.Locale;

/**
 * An area of a chart with values over time, one per bucket.
 *
 * @param left x of the start time
 * @param top y of the greatest value
 * @param width width of the whole time
 * @param height height of the greatest value
 * @param least the least visible value of a logarithmic scale; 0 for a linear scale
 * @param greatest the greatest value
 */
record Plot(
    Svg svg, double left, double top, double width, double height, double least, double greatest) {

  private static final String GRID = "#d9dee4";
  private static final String INK = "#52606d";

  /** Draws a labelled horizontal line at a value. */
  void mark(double value, String label) {
    svg.line(left, y(value), left + width, y(value), GRID);
    svg.text(left - 6, y(value) + 4, "end", INK, label);
  }

  /** Draws columns. */
  void columns(double[] values, String fill) {
    double wide = width / values.length;
    for (int i = 0; i < values.length; i++) {
      if (values[i] > 0) {
        double y = y(values[i]);
        svg.rect(left + i * wide, y, wide + 0.05, top + height - y, fill, "");
      }
    }
  }

  /** Draws a line, interrupted at missing values, which are negative. */
  void line(double[] values, String stroke) {
    StringBuilder points = new StringBuilder();
    boolean drawing = false;
    for (int i = 0; i < values.length; i++) {
      if (values[i] >= 0) {
        points.append(
            String.format(
                Locale.ROOT,
                "%s%.1f %.1f",
                drawing ? "L" : "M",
                left + (i + 0.5) * width / values.length,
                y(values[i])));
      }
      drawing = values[i] >= 0;
    }
    svg.path(points.toString(), stroke);
  }

  private double y(double value) {
    double share =
        least == 0
            ? value / greatest
            : Math.log(Math.max(value, least) / least) / Math.log(greatest / least);
    return top + height * (1 - Math.min(1, share));
  }
}
