package io.petacore.bench.support.dataset;

import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Ticker;
import java.io.PrintWriter;

/** Prints the progress of a load every second, and a summary at its end. */
public final class LoadProgress implements AutoCloseable {
  private final BulkLoad load;
  private final PrintWriter out;
  private final long begun = System.nanoTime();
  private final Ticker ticker;

  /** Starts printing; to be created just before the load is run. */
  public LoadProgress(BulkLoad load, PrintWriter out) {
    this.load = load;
    this.out = out;
    this.ticker = Ticker.everySecond(this::printLine);
  }

  private void printLine() {
    long written = load.written();
    out.println(
        "  "
            + Figures.count(written)
            + " of "
            + Figures.count(load.size())
            + " entries written ("
            + 100 * written / load.size()
            + " %), "
            + Figures.perSecond(written, System.nanoTime() - begun)
            + "/s");
    out.flush();
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
