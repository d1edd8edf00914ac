package io.petacore.it.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The report of a run: a page with the timeline and the figures, and both as separate files. */
final class Report {

  private final RunResult result;
  private final Map<String, String> figures;

  Report(RunResult result) {
    this.result = result;
    this.figures = Figures.of(result);
  }

  /** Writes {@code report.html}, {@code timeline.svg} and {@code figures.txt}. */
  void write() throws IOException {
    Path directory = Files.createDirectories(result.options().report());
    String timeline = new TimelineChart(result.timeline(), result.nanos()).toSvg();
    Files.writeString(directory.resolve("timeline.svg"), timeline, UTF_8);
    Files.writeString(directory.resolve("figures.txt"), text(), UTF_8);
    Files.writeString(directory.resolve("report.html"), page(timeline), UTF_8);
  }

  /** The figures, one per line. */
  String text() {
    StringBuilder text = new StringBuilder(verdict()).append("\n\n");
    figures.forEach((name, figure) -> text.append(name).append(": ").append(figure).append('\n'));
    text.append('\n');
    Figures.faults(result.timeline())
        .forEach((kind, count) -> text.append(kind).append(": ").append(count).append('\n'));
    return text.toString();
  }

  private String verdict() {
    Throwable failure = result.failure();
    return failure == null
        ? "All checks passed."
        : "A check failed after " + result.nanos() / 1_000_000_000 + " s: " + trace(failure);
  }

  private static String trace(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }

  private String page(String timeline) {
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>PetaCore under chaos</title>
        <style>
        body { font-family: sans-serif; max-width: 1200px; margin: 2em auto; color: #1f2933 }
        table { border-collapse: collapse; margin: 1em 2em 1em 0; display: inline-table; vertical-align: top }
        td { padding: 2px 14px 2px 0; border-bottom: 1px solid #eef1f4 }
        td:last-child { text-align: right }
        pre { white-space: pre-wrap; color: %s }
        </style></head>
        <body>
        <h1>PetaCore under chaos</h1>
        <pre>%s</pre>
        %s
        <p>Orange: faults of the cluster. Violet: faults of nodes. Grey: quiescence, with all checks.</p>
        %s
        %s
        </body></html>
        """
        .formatted(
            result.failure() == null ? "#3e8e7e" : "#c0392b",
            Svg.escape(verdict()),
            timeline,
            table(figures),
            table(Figures.faults(result.timeline())));
  }

  private static String table(Map<String, ?> rows) {
    StringBuilder table = new StringBuilder("<table>\n");
    rows.forEach(
        (name, value) ->
            table
                .append("<tr><td>")
                .append(Svg.escape(name))
                .append("</td><td>")
                .append(Svg.escape(String.valueOf(value)))
                .append("</td></tr>\n"));
    return table.append("</table>\n").toString();
  }
}
