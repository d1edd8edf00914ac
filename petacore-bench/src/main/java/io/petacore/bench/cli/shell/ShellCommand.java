package io.petacore.bench.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.Screen;
import io.petacore.store.KvStore;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code shell}: runs statements on a namespace. */
@Command(
    name = "shell",
    description = {
      "Reads, writes, scans and watches a namespace, in transactions.",
      "",
      "Statements are read from the terminal or from standard input, one per line; the statement help"
          + " lists them. In a script, an error is reported with its line number, the remaining"
          + " statements still run, and the exit code is 1. Without --etcd the namespace is in memory."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  petacore.jar shell --etcd 127.0.0.1:2379 --namespace shop/",
      "  echo 'scan item/ --limit 5' | petacore.jar shell --etcd 127.0.0.1:2379 --namespace shop/"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class ShellCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private StoreOptions storeOptions;

  @Option(
      names = "--json",
      description =
          "Prints results as lines of JSON: keys and values are strings, or {\"base64\":…} if they"
              + " are not UTF-8. Errors stay text, on standard error.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Namespace namespace = storeOptions.namespace();
    try (Stores stores = storeOptions.stores()) {
      KvStore store = stores.connect();
      try (DistributedStorage storage = storeOptions.storage(store, namespace).open();
          LineSource lines = lines();
          Statements statements = new Statements(storage, lines, json)) {
        if (lines.isInteractive() && !json) {
          lines.line(namespace + " of " + stores.name() + "; help lists the statements");
        }
        long failed = new Shell(lines, statements).run();
        return failed > 0 && !lines.isInteractive() ? 1 : 0;
      }
    }
  }

  private LineSource lines() throws IOException {
    return Screen.isTerminal()
        ? new TerminalLines(Statements.names())
        : new PipedLines(
            new InputStreamReader(System.in, UTF_8),
            spec.commandLine().getOut(),
            spec.commandLine().getErr());
  }
}
