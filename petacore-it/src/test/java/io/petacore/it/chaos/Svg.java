package io.petacore.it.chaos;

import java.util.Locale;

/** Builds an SVG image. Not thread-safe. */
final class Svg {

  private final StringBuilder elements = new StringBuilder();
  private final int width;

  Svg(int width) {
    this.width = width;
  }

  /**
   * Draws a filled rectangle.
   *
   * @param tip tooltip; may be empty
   */
  void rect(double x, double y, double wide, double high, String fill, String tip) {
    add(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"%s\n",
        x,
        y,
        wide,
        high,
        fill,
        tip.isEmpty() ? "/>" : "><title>" + escape(tip) + "</title></rect>");
  }

  /** Draws a thin line. */
  void line(double x1, double y1, double x2, double y2, String stroke) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"0.7\"/>\n",
        x1, y1, x2, y2, stroke);
  }

  /**
   * Draws text.
   *
   * @param anchor the part of the text at x: start, middle or end
   */
  void text(double x, double y, String anchor, String fill, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n",
        x, y, anchor, fill, escape(text));
  }

  /**
   * Draws a path.
   *
   * @param points in SVG path syntax
   */
  void path(String points, String stroke) {
    add("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.1\"/>\n", points, stroke);
  }

  /**
   * Returns the image.
   *
   * @param height height of the image
   */
  String toString(int height) {
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"11\">\n",
            width,
            height)
        + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        + elements
        + "</svg>\n";
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private void add(String format, Object... values) {
    elements.append(String.format(Locale.ROOT, format, values));
  }
}
