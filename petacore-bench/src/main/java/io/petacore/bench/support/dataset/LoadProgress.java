package io.petacore.bench.support.dataset;

import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Screen;
import io.petacore.bench.support.console.Ticker;
import java.io.PrintWriter;

/**
 * Prints the progress of a load each second, with its rate and the time left, from the second
 * second on and only at a terminal; and a summary at its end.
 */
public final class LoadProgress implements AutoCloseable {
  /** A load that ends sooner needs no progress. */
  private static final long QUIET_NANOS = 1_990_000_000; // the tick after 2 s may be early

  private final BulkLoad load;
  private final PrintWriter out;
  private final long begun = System.nanoTime();
  private final Ticker ticker;

  /** Starts printing; to be created just before the load is run. */
  public LoadProgress(BulkLoad load, PrintWriter out) {
    this(load, out, Screen.isTerminal());
  }

  LoadProgress(BulkLoad load, PrintWriter out, boolean isTerminal) {
    this.load = load;
    this.out = out;
    this.ticker = Ticker.everySecond(isTerminal ? this::printLate : () -> {});
  }

  private void printLate() {
    long nanos = System.nanoTime() - begun;
    if (nanos >= QUIET_NANOS) {
      out.println("  " + line(load.written(), load.size(), nanos));
      out.flush();
    }
  }

  /** Formats the progress after some time. */
  static String line(long written, long size, long nanos) {
    long left = written == 0 ? -1 : Math.round((double) nanos / written * (size - written));
    return Figures.count(written)
        + " of "
        + Figures.count(size)
        + " entries written ("
        + 100 * written / size
        + " %), "
        + Figures.perSecond(written, nanos)
        + "/s, "
        + (left < 0 ? "time left unknown" : Figures.seconds(left) + " left");
  }

  /**
   * Prints the summary.
   *
   * @param where the target of the load
   */
  public void printDone(String where) {
    ticker.close();
    long nanos = System.nanoTime() - begun;
    out.println(
        Figures.of(load.size(), "entry", "entries")
            + " written to "
            + where
            + " in "
            + Figures.seconds(nanos)
            + " ("
            + Figures.perSecond(load.size(), nanos)
            + "/s, "
            + BulkLoad.WRITES_PER_TRANSACTION
            + " per transaction)");
    out.flush();
  }

  @Override
  public void close() {
    ticker.close();
  }
}
