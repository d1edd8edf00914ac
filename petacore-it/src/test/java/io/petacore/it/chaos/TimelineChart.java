package io.petacore.it.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A chart of a run: faults, throughput, latency and propagation over time. */
final class TimelineChart {

  private static final int LEFT = 170;
  private static final int PLOT_WIDTH = 1_010;
  private static final int ROW = 13;
  private static final int PLOT_HEIGHT = 90;
  private static final int GAP = 34;
  private static final int MAX_BUCKETS = 505;
  private static final double MAX_MILLIS = 10_000;

  private static final String INK = "#1f2933";
  private static final String PALE = "#52606d";
  private static final String REST = "#eef1f4";
  private static final String CALM = "#3e8e7e";
  private static final String MEDIAN = "#2f6f9f";
  private static final String WORST = "#c0392b";
  private static final Map<String, String> LANES = Map.of("cluster", "#c8873a", "nodes", "#7a5ea8");

  private final Timeline timeline;
  private final long nanos;
  private final int buckets;
  private final long bucketNanos;
  private final Svg svg = new Svg(LEFT + PLOT_WIDTH + 20);
  private int top = 14;

  TimelineChart(Timeline timeline, long nanos) {
    this.timeline = timeline;
    this.nanos = nanos;
    this.bucketNanos = Math.max(TimeUnit.SECONDS.toNanos(1), nanos / MAX_BUCKETS + 1);
    this.buckets = (int) (nanos / bucketNanos + 1);
  }

  String toSvg() {
    Map<String, List<Timeline.Span>> rows = rows();
    rests(rows.size() * ROW + 3 * (PLOT_HEIGHT + GAP) + 6);
    for (Map.Entry<String, List<Timeline.Span>> row : rows.entrySet()) {
      row(row.getKey(), row.getValue());
    }
    throughput();
    delays(
        "commit latency, ms: median and 99th percentile",
        timeline.commits().buckets(bucketNanos, buckets));
    delays(
        "propagation to other nodes, ms: median and 99th percentile",
        timeline.propagations().buckets(bucketNanos, buckets));
    axis();
    return svg.toString(top + 24);
  }

  private Map<String, List<Timeline.Span>> rows() {
    Map<String, List<Timeline.Span>> rows = new TreeMap<>();
    for (Timeline.Span span : timeline.spans()) {
      if (LANES.containsKey(span.lane())) {
        rows.computeIfAbsent(span.lane() + " " + span.kind(), kind -> new ArrayList<>()).add(span);
      }
    }
    return rows;
  }

  private void rests(int height) {
    for (Timeline.Span span : timeline.spans()) {
      if (!LANES.containsKey(span.lane())) {
        svg.rect(x(span.begin()), top, wide(span), height, REST, "quiescence: all checks");
      }
    }
  }

  private void row(String name, List<Timeline.Span> spans) {
    String kind = name.substring(name.indexOf(' ') + 1);
    svg.text(LEFT - 6, top + 10, "end", INK, kind.replace('_', ' ').toLowerCase(Locale.ROOT));
    svg.line(LEFT, top + ROW - 0.5, LEFT + PLOT_WIDTH, top + ROW - 0.5, REST);
    for (Timeline.Span span : spans) {
      svg.rect(
          x(span.begin()),
          top + 2.0,
          wide(span),
          ROW - 4.0,
          String.valueOf(LANES.get(span.lane())),
          span.kind()
              + " of "
              + span.victim()
              + ", "
              + (span.end() - span.begin()) / 1_000_000
              + " ms");
    }
    top += ROW;
  }

  private void throughput() {
    double[] commits = rates(timeline.commits());
    double[] failures = rates(timeline.failures());
    double greatest = 10;
    for (double rate : commits) {
      greatest = Math.max(greatest, rate);
    }
    Plot plot = plot("commits per second; red: transactions not committed", 0, greatest);
    for (double share : new double[] {0, 0.5, 1}) {
      plot.mark(share * greatest, Long.toString(Math.round(share * greatest)));
    }
    plot.columns(commits, CALM);
    plot.columns(failures, WORST);
  }

  private double[] rates(Samples samples) {
    long[][] values = samples.buckets(bucketNanos, buckets);
    double[] rates = new double[buckets];
    for (int i = 0; i < buckets; i++) {
      rates[i] = values[i].length * 1e9 / bucketNanos;
    }
    return rates;
  }

  private void delays(String title, long[][] values) {
    Plot plot = plot(title, 0.1, MAX_MILLIS);
    for (double mark = 0.1; mark <= MAX_MILLIS; mark *= 10) {
      plot.mark(mark, mark < 1 ? "0.1" : Long.toString(Math.round(mark)));
    }
    plot.line(quantiles(values, 0.99), WORST);
    plot.line(quantiles(values, 0.5), MEDIAN);
  }

  private static double[] quantiles(long[][] values, double share) {
    double[] found = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      found[i] = values[i].length == 0 ? -1 : Samples.quantile(values[i], share) / 1e6;
    }
    return found;
  }

  private Plot plot(String title, double least, double greatest) {
    top += GAP;
    svg.text(LEFT, top - 8, "start", INK, title);
    Plot plot = new Plot(svg, LEFT, top, PLOT_WIDTH, PLOT_HEIGHT, least, greatest);
    top += PLOT_HEIGHT;
    return plot;
  }

  private void axis() {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos);
    long step = 1;
    for (long next : new long[] {5, 10, 30, 60, 300, 600, 1_800, 3_600}) {
      step = seconds / step > 12 ? next : step;
    }
    for (long at = 0; at <= seconds; at += step) {
      double x = x(TimeUnit.SECONDS.toNanos(at));
      svg.line(x, top, x, top + 4, PALE);
      String label = at % 60 == 0 && step >= 60 ? at / 60 + " min" : at + " s";
      svg.text(x, top + 16, "middle", PALE, label);
    }
  }

  private double x(long moment) {
    return LEFT + (double) PLOT_WIDTH * moment / nanos;
  }

  private double wide(Timeline.Span span) {
    return Math.max(0.8, x(span.end()) - x(span.begin()));
  }
}
