package io.petacore.bench.support.dataset;

import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Ticker;
import java.io.PrintWriter;

/** A line every second on how far a load has come, and one at its end. */
public final class LoadProgress implements AutoCloseable {
  private final BulkLoad load;
  private final PrintWriter out;
  private final long begun = System.nanoTime();
  private final Ticker ticker;

  /** Begins to tell; the load is about to be run. */
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

  /** Tells that all of it is written, and how fast it went. */
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
            + " to a transaction)");
    out.flush();
  }

  @Override
  public void close() {
    ticker.close();
  }
}
