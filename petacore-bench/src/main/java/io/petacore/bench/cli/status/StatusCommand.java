package io.petacore.bench.cli.status;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Json;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code status}: shows the status of a namespace and its etcd cluster. */
@Command(
    name = "status",
    description = {
      "Shows the status of a namespace and its etcd cluster.",
      "",
      "It only reads: read permission on the namespace is sufficient, and a new namespace is not"
          + " initialized. It warns of what gives reason to worry. With -v it also lists the known"
          + " bugs of the server version."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  petacore.jar status --etcd 127.0.0.1:2379 --namespace shop/"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class StatusCommand implements Callable<Integer> {
  /** Members of the JSON whose names are not the labels of the text. */
  private static final Map<String, String> MEMBERS =
      Map.of("commit record", "commitRecord", "foreign writes", "foreignWrites");

  @Spec private CommandSpec spec;
  @Mixin private StoreOptions storeOptions;

  @Option(names = "--json", description = "Prints one line of JSON.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Namespace namespace = storeOptions.namespace();
    PrintWriter out = spec.commandLine().getOut();
    try (Stores stores = storeOptions.stores()) {
      KvStore store = stores.connect();
      Map<String, @Nullable Object> found = new LinkedHashMap<>();
      String description = stores.name() + ": " + stores.describe(store);
      show(out, found, "store", description, description);
      String name = namespace.name();
      show(out, found, "namespace", name.isEmpty() ? "(empty: all keys)" : name, name);
      KeyValue format = single(stores, store, namespace.format());
      if (format == null && !stores.isEmbedded()) {
        boolean keys = hasKeys(stores, store, namespace);
        show(out, found, "format", "none: the namespace was never opened", null);
        show(out, found, "foreign writes", keys ? "some" : "none", keys);
      } else {
        show(out, found, "format", described(format, "none yet"), members(format));
        KeyValue record = single(stores, store, namespace.commitRecord());
        show(
            out,
            found,
            "commit record",
            described(record, "none: no commits yet"),
            members(record));
        try (DistributedStorage storage =
            storeOptions.storage(store, namespace).readOnly().open()) {
          show(out, found, storage.status());
        }
      }
      if (json) {
        out.println(Json.of(found));
      }
    }
    return 0;
  }

  private void show(PrintWriter out, Map<String, @Nullable Object> found, StorageStatus status) {
    if (json) {
      found.put("status", StatusJson.of(status, Instant.now()));
      return;
    }
    StatusReport.of(status).forEach(out::println);
    for (String warning : StatusWarnings.of(status, Instant.now())) {
      out.println(StatusReport.line("warning", warning));
    }
  }

  private void show(
      PrintWriter out,
      Map<String, @Nullable Object> found,
      String label,
      String text,
      @Nullable Object value) {
    if (json) {
      found.put(MEMBERS.getOrDefault(label, label), value);
    } else {
      print(out, label, text);
    }
  }

  private static void print(PrintWriter out, String label, String text) {
    out.println(StatusReport.line(label, text));
    out.flush();
  }

  private static @Nullable Map<String, @Nullable Object> members(@Nullable KeyValue stored) {
    return stored == null
        ? null
        : Json.object(
            "value", stored.value(), "revision", stored.modRevision(), "puts", stored.putCount());
  }

  private static String described(@Nullable KeyValue stored, String ifAbsent) {
    if (stored == null) {
      return ifAbsent;
    }
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
