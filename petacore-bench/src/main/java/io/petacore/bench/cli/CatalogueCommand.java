package io.petacore.bench.cli;

import io.petacore.bench.support.console.Bounds;
import io.petacore.bench.support.dataset.Catalogue;
import io.petacore.bench.support.dataset.TsvFile;
import io.petacore.data.Entry;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code catalogue}: prints a generated catalogue for {@code demo --data} and {@code load}. */
@Command(
    name = "catalogue",
    description = "Prints a generated catalogue as lines of key<TAB>value.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  petacore.jar catalogue --items 60000 > catalogue.tsv"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class CatalogueCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--items",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Number of items (default: ${DEFAULT-VALUE}).")
  private int items;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Random seed (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    new Bounds(spec.commandLine()).check("--items", items, 1, Catalogue.MAX_ITEMS);
    PrintWriter out = spec.commandLine().getOut();
    for (Entry item : Catalogue.generate(items, seed)) {
      // Not println: the file format has the same line ends on every platform.
      out.print(TsvFile.line(item) + "\n");
    }
    out.flush();
    return 0;
  }
}
