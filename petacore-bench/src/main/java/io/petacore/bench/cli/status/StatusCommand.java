package io.petacore.bench.cli.status;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code status}: shows the status of a namespace and its etcd cluster. */
@Command(
    name = "status",
    description = {
      "Shows the status of a namespace and its etcd cluster.",
      "",
      "It only reads: read permission on the namespace is sufficient, and a new namespace is not"
          + " initialized. With -v it also lists the known bugs of the server version."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  petacore.jar status --etcd 127.0.0.1:2379 --namespace shop/"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private StoreOptions storeOptions;

  @Override
  public Integer call() throws Exception {
    Namespace namespace = storeOptions.namespace();
    PrintWriter out = spec.commandLine().getOut();
    try (Stores stores = storeOptions.stores()) {
      KvStore store = stores.connect();
      print(out, "store", stores.name() + ": " + stores.describe(store));
      print(out, "namespace", namespace.name().isEmpty() ? "(empty: all keys)" : namespace.name());
      KeyValue format = single(stores, store, namespace.format());
      if (format == null && !stores.isEmbedded()) {
        print(out, "format", "none: the namespace was never opened");
        print(
            out, "keys", hasKeys(stores, store, namespace) ? "some, from foreign writes" : "none");
        return 0;
      }
      print(out, "format", format == null ? "none yet" : described(format));
      KeyValue record = single(stores, store, namespace.commitRecord());
      print(out, "commit record", record == null ? "none: no commits yet" : described(record));
      try (DistributedStorage storage = storeOptions.storage(store, namespace).readOnly().open()) {
        StatusReport.of(storage.status()).forEach(out::println);
      }
    }
    return 0;
  }

  private static void print(PrintWriter out, String label, String text) {
    out.println(StatusReport.line(label, text));
    out.flush();
  }

  private static String described(KeyValue stored) {
    return String.format(
        Locale.ROOT,
        "%s, revision %d, written %s",
        stored.value(),
        stored.modRevision(),
        Figures.of(stored.putCount(), "time", "times"));
  }

  private static @Nullable KeyValue single(Stores stores, KvStore store, Bytes key)
      throws InterruptedException, ExecutionException, TimeoutException {
    RangePage page = first(stores, store, KeyRange.single(key));
    return page.entries().isEmpty() ? null : page.entries().get(0);
  }

  private static boolean hasKeys(Stores stores, KvStore store, Namespace namespace)
      throws InterruptedException, ExecutionException, TimeoutException {
    return !first(stores, store, namespace.applicationKeys()).entries().isEmpty();
  }

  private static RangePage first(Stores stores, KvStore store, KeyRange range)
      throws InterruptedException, ExecutionException, TimeoutException {
    return store
        .range(new RangeRequest(range, 0, 1))
        .get(stores.timeout().toMillis(), TimeUnit.MILLISECONDS);
  }
}
