package io.petacore.bench.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An SVG chart of ratios to a reference, each with its target. */
public final class RatioChart {

  private static final int WIDTH = 1010;
  private static final int LEFT = 440;
  private static final int RIGHT = 90;
  private static final int TOP = 64;
  private static final int ROW = 40;
  private static final int BAR = 18;

  private record Bar(String name, double ratio, double target, boolean atLeast) {
    boolean isReached() {
      return atLeast ? ratio >= target : ratio <= target;
    }
  }

  private final String title;
  private final List<Bar> bars = new ArrayList<>();

  /** Creates a chart. */
  public RatioChart(String title) {
    this.title = title;
  }

  /**
   * Adds a bar.
   *
   * @param target the target ratio
   * @param atLeast whether the target is a lower bound; otherwise it is an upper bound
   */
  public void bar(String name, double ratio, double target, boolean atLeast) {
    bars.add(new Bar(name, ratio, target, atLeast));
  }

  /** Returns the chart as SVG. */
  public String toSvg() {
    int height = TOP + ROW * bars.size() + 20;
    double longest = 1;
    for (Bar bar : bars) {
      longest = Math.max(longest, Math.max(bar.ratio, bar.target));
    }
    double scale = (WIDTH - LEFT - RIGHT) / longest;
    StringBuilder svg = new StringBuilder();
    svg.append(
        text(
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="14">
            <rect width="%d" height="%d" fill="#ffffff"/>
            <text x="16" y="26" font-size="17" font-weight="bold" fill="#1f2933">%s</text>
            <text x="16" y="46" fill="#52606d">bar: result; mark: target; dashed: reference (1 ×)</text>
            """,
            WIDTH, height, WIDTH, height, escape(title)));
    svg.append(
        text(
            """
            <line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#9aa5b1" stroke-dasharray="4 3"/>
            """,
            LEFT + scale, TOP - 6, LEFT + scale, height - 14));
    int y = TOP;
    for (Bar bar : bars) {
      svg.append(row(bar, y, scale));
      y += ROW;
    }
    return svg.append("</svg>\n").toString();
  }

  private static String row(Bar bar, int y, double scale) {
    double mark = LEFT + bar.target * scale;
    return text(
        """
        <text x="%d" y="%d" text-anchor="end" fill="#1f2933">%s</text>
        <rect x="%d" y="%d" width="%.1f" height="%d" rx="2" fill="%s"/>
        <line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#1f2933" stroke-width="2.5"/>
        <text x="%.1f" y="%d" fill="#1f2933">%.2f × (%s %.2f)</text>
        """,
        LEFT - 12,
        y + 14,
        escape(bar.name),
        LEFT,
        y,
        bar.ratio * scale,
        BAR,
        bar.isReached() ? "#3e8e7e" : "#c8873a",
        mark,
        y - 4,
        mark,
        y + BAR + 4,
        LEFT + 4.0,
        y + BAR + 15,
        bar.ratio,
        bar.atLeast ? "≥" : "≤",
        bar.target);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
