package io.petacore.bench.demo;

import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.Bounds;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.ErrorLine;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.IsolationName;
import io.petacore.bench.support.dataset.Catalogue;
import io.petacore.bench.support.dataset.TsvFile;
import io.petacore.data.Entry;
import io.petacore.transaction.IsolationLevel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code demo}: runs a shop on several nodes and checks its accounts. */
@Command(
    name = "demo",
    description = {
      "Runs a shop on several nodes and checks its accounts.",
      "",
      "Every node holds all items in memory. Customers on every node browse and reserve: one"
          + " transaction reads the stock of an item, decrements it and writes the order. When the"
          + " shop closes, sold and left must add up to loaded, for every item and on every node."
          + " Ctrl-C closes it early."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Without --namespace the demo uses a new namespace and removes it at the end, unless --keep"
          + " is given. A given namespace must be empty.",
      "",
      "Examples:",
      "  petacore.jar demo",
      "  petacore.jar demo --etcd 127.0.0.1:2379 --seconds 30 --data catalogue.tsv",
      "  petacore.jar demo --isolation read-committed       reports lost updates"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ArgGroup private CatalogueOptions catalogueOptions = new CatalogueOptions();

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "3",
      description = "Number of nodes (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "4",
      description = "Number of customers per node (default: ${DEFAULT-VALUE}).")
  private int workers;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "Duration of the run, in seconds (default: ${DEFAULT-VALUE}).")
  private long seconds;

  @Option(
      names = "--isolation",
      paramLabel = "LEVEL",
      defaultValue = "snapshot",
      description =
          "Isolation level: serializable, snapshot or read-committed (default: ${DEFAULT-VALUE}).")
  private IsolationLevel isolation;

  @Option(
      names = "--browse-ratio",
      paramLabel = "SHARE",
      defaultValue = "0.98",
      description = "Fraction of read-only visits (default: ${DEFAULT-VALUE}).")
  private double browseRatio;

  @Option(
      names = "--skew",
      paramLabel = "S",
      defaultValue = "0.9",
      description = "Zipf exponent of item popularity; 0: uniform (default: ${DEFAULT-VALUE}).")
  private double skew;

  @Option(
      names = "--stock",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Initial stock per item: 1..N (default: ${DEFAULT-VALUE}).")
  private long stock;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Random seed (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--keep", description = "Keeps the keys in etcd.")
  private boolean keep;

  @Mixin private StoreOptions storeOptions;

  /** The catalogue: from a file, or generated. */
  static final class CatalogueOptions {
    @Option(
        names = "--data",
        paramLabel = "FILE",
        description = "Catalogue file: one item per line, as key<TAB>value.")
    private @Nullable Path file;

    @Option(
        names = "--items",
        paramLabel = "N",
        description = "Number of generated items (default: 5000).")
    private @Nullable Integer items;
  }

  @Override
  public Integer call() throws Exception {
    checkOptions();
    Shop shop = Shop.of(catalogue(), stock, seed);
    Namespace namespace =
        Objects.requireNonNullElseGet(storeOptions.namespaceIfGiven(), this::freshNamespace);
    DemoPlan plan = new DemoPlan(nodes, workers, seconds, browseRatio, skew, isolation, seed);
    PrintWriter out = spec.commandLine().getOut();
    // Closed last: on Ctrl-C the process must not exit before the stores are closed.
    try (OpeningHours hours = new OpeningHours();
        Stores stores = storeOptions.stores()) {
      printPlan(out, plan, shop, stores);
      DemoRun run =
          new DemoRun(
              plan, shop, storeOptions, namespace, out, spec.commandLine().getColorScheme().ansi());
      boolean passed =
          storeOptions.isRemote()
              ? runRemote(run, stores, hours, namespace)
              : run.run(stores, hours);
      return passed ? 0 : 1;
    }
  }

  private void checkOptions() {
    Bounds bounds = new Bounds(spec.commandLine());
    bounds.check("--nodes", nodes, 1, 64);
    bounds.check("--workers", workers, 1, 1000);
    bounds.check("--seconds", seconds, 1, 1_000_000);
    bounds.check("--stock", stock, 1, 1_000_000_000);
    bounds.check("--browse-ratio", browseRatio, 0, 1);
    bounds.check("--skew", skew, 0, 5);
    if (catalogueOptions.items != null) {
      bounds.check("--items", catalogueOptions.items, 1, Catalogue.MAX_ITEMS);
    }
  }

  private List<Entry> catalogue() throws IOException {
    return catalogueOptions.file != null
        ? TsvFile.read(catalogueOptions.file)
        : Catalogue.generate(Objects.requireNonNullElse(catalogueOptions.items, 5000), seed);
  }

  private Namespace freshNamespace() {
    if (!storeOptions.isRemote()) {
      return new Namespace("");
    }
    long random = ThreadLocalRandom.current().nextLong();
    return new Namespace("petacore-demo-" + HexFormat.of().toHexDigits(random) + "/");
  }

  private static void printPlan(PrintWriter out, DemoPlan plan, Shop shop, Stores stores) {
    out.println(
        "PetaCore demo: "
            + Figures.of(plan.nodes(), "node", "nodes")
            + " on "
            + stores.name()
            + ", "
            + Figures.of(plan.customers(), "customer", "customers")
            + " on each, "
            + Figures.of(shop.items().size(), "item", "items")
            + " with "
            + Figures.of(shop.unitsLoaded(), "unit", "units")
            + ", "
            + IsolationName.of(plan.isolation())
            + ", seed "
            + plan.seed());
    out.flush();
  }

  /** Runs the demo on etcd: the namespace must be empty, and is erased afterwards. */
  private boolean runRemote(DemoRun run, Stores stores, OpeningHours hours, Namespace namespace)
      throws Exception {
    NamespaceEraser eraser = new NamespaceEraser(stores.connect(), namespace, stores.timeout());
    if (!eraser.isEmpty()) {
      throw new CommandFailedException(
          namespace + " is not empty; omit --namespace to use a new one");
    }
    try {
      return run.run(stores, hours);
    } finally {
      cleanUp(eraser, namespace);
    }
  }

  private void cleanUp(NamespaceEraser eraser, Namespace namespace) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    if (keep) {
      out.println("The keys were kept in " + namespace + ".");
      return;
    }
    try {
      out.println(Figures.of(eraser.erase(), "key", "keys") + " removed from " + namespace + ".");
    } catch (ExecutionException | TimeoutException e) {
      spec.commandLine()
          .getErr()
          .println(
              "petacore: the keys of " + namespace + " could not be removed: " + ErrorLine.of(e));
    }
  }
}
