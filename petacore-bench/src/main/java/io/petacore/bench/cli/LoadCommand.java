package io.petacore.bench.cli;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.dataset.BulkLoad;
import io.petacore.bench.support.dataset.LoadProgress;
import io.petacore.bench.support.dataset.TsvFile;
import io.petacore.data.Entry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code load}: loads a file of entries into a namespace. */
@Command(
    name = "load",
    description = {
      "Loads a file of key<TAB>value lines into a namespace of etcd.",
      "",
      "The file is UTF-8; a tab, line feed, carriage return or backslash within a key or value is"
          + " written \\t \\n \\r \\\\. The whole file is validated first: if a line is invalid or a"
          + " key occurs twice, nothing is written. Existing keys are overwritten, others are not"
          + " changed."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  petacore.jar load catalogue.tsv --etcd 127.0.0.1:2379 --namespace shop/"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class LoadCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private StoreOptions storeOptions;

  @Parameters(paramLabel = "FILE", description = "File of key<TAB>value lines.")
  private Path file;

  @Override
  public Integer call() throws Exception {
    if (!storeOptions.isRemote()) {
      throw new ParameterException(
          spec.commandLine(), "load requires --etcd: a store in memory ends with the command");
    }
    Namespace namespace = storeOptions.namespace();
    PrintWriter out = spec.commandLine().getOut();
    try (Stores stores = storeOptions.stores()) {
      List<Entry> entries = TsvFile.read(file);
      try (DistributedStorage storage = storeOptions.storage(stores.connect(), namespace).open()) {
        BulkLoad load = new BulkLoad(entries);
        load.check(storage, file.toString());
        try (LoadProgress progress = new LoadProgress(load, out)) {
          load.run(List.of(storage));
          progress.printDone(namespace + " of " + stores.name());
        }
      }
    }
    return 0;
  }
}
