package io.petacore.bench.cli.shell;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.bench.cli.status.StatusJson;
import io.petacore.bench.cli.status.StatusReport;
import io.petacore.bench.cli.status.StatusWarnings;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.IsolationName;
import io.petacore.bench.support.console.Json;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * The statements of the shell. Between {@code begin} and {@code commit} they run in one
 * transaction; otherwise each statement is a transaction. Not thread-safe.
 */
final class Statements implements AutoCloseable {
  private static final int ANY = Integer.MAX_VALUE;

  private final DistributedStorage storage;
  private final Printer printer;
  private final boolean json;
  private final Map<String, Verb> verbs = new LinkedHashMap<>();
  private @Nullable ShellTransaction open;
  private @Nullable ChangePrinter watch;
  private boolean over;

  Statements(DistributedStorage storage, Printer printer, boolean json) {
    this.storage = storage;
    this.printer = printer;
    this.json = json;
    for (Verb verb : verbs()) {
      verbs.put(verb.name(), verb);
    }
  }

  private List<Verb> verbs() {
    return List.of(
        new Verb("get", "KEY", "prints the value of a key", 1, 1, this::get),
        new Verb("put", "KEY VALUE", "sets the value of a key", 2, 2, this::put),
        new Verb("delete", "KEY", "deletes a key", 1, 1, this::delete),
        new Verb(
            "scan",
            "[PREFIX] [--from KEY] [--to KEY] [--limit N]",
            "lists entries in key order; limit " + Scan.DEFAULT_LIMIT + " by default",
            0,
            7,
            this::scan),
        new Verb("count", "[PREFIX]", "counts keys", 0, 1, this::count),
        new Verb(
            "begin",
            "[serializable|snapshot|read-committed]",
            "starts a transaction",
            0,
            1,
            this::begin),
        new Verb("commit", "", "commits the transaction", 0, 0, arguments -> commit()),
        new Verb("rollback", "", "rolls back the transaction", 0, 0, arguments -> rollback()),
        new Verb("watch", "[PREFIX]", "prints changes to keys as they happen", 0, 1, this::watch),
        new Verb("unwatch", "", "stops watching", 0, 0, arguments -> unwatch()),
        new Verb("status", "", "shows the status of the storage", 0, 0, arguments -> status()),
        new Verb("help", "", "lists the statements", 0, ANY, arguments -> help()),
        new Verb("exit", "", "leaves the shell", 0, 0, arguments -> over = true));
  }

  /** The names of the statements. */
  static Collection<String> names() {
    return List.of(
        "get",
        "put",
        "delete",
        "scan",
        "count",
        "begin",
        "commit",
        "rollback",
        "watch",
        "unwatch",
        "status",
        "help",
        "exit");
  }

  /**
   * Runs a statement.
   *
   * @throws IllegalArgumentException if the statement is unknown or its arguments are invalid
   */
  void run(Bytes name, List<Bytes> arguments) {
    Verb verb = verbs.get(Words.format(name));
    if (verb == null) {
      throw new IllegalArgumentException(
          "unknown statement " + Words.format(name) + "; help lists the statements");
    }
    verb.run(arguments);
  }

  /** Prints a result, as text or as the members of a JSON object. */
  private void print(String text, @Nullable Object... members) {
    printer.line(json ? Json.of(Json.object(members)) : text);
  }

  boolean isOver() {
    return over;
  }

  boolean isInTransaction() {
    return open != null;
  }

  private void get(List<Bytes> arguments) {
    Bytes key = arguments.get(0);
    Bytes value = open == null ? storage.read(key) : open.transaction().read(key);
    print(value == null ? "(absent)" : Words.format(value), "key", key, "value", value);
  }

  private void put(List<Bytes> arguments) {
    write(tx -> tx.write(arguments.get(0), arguments.get(1)));
  }

  private void delete(List<Bytes> arguments) {
    write(tx -> tx.delete(arguments.get(0)));
  }

  private void write(Consumer<Transaction> statement) {
    if (open != null) {
      statement.accept(open.transaction());
      open.countWrite();
      print("ok, in the transaction", "committed", false);
      return;
    }
    // An explicit transaction returns the revision; a blind write needs no retry.
    try (ExplicitTransaction tx = storage.begin(TransactionOptions.defaults())) {
      statement.accept(tx);
      printCommitted(tx.commit());
    }
  }

  private void printCommitted(CommitResult result) {
    long revision = result.revision();
    print("ok, revision " + revision, "committed", true, "revision", revision);
  }

  private void scan(List<Bytes> arguments) {
    Scan scan = Scan.of(arguments);
    view(
        view -> {
          long shown = 0;
          for (Entry entry : view.scan(scan.range())) {
            if (shown++ == scan.limit()) {
              print(
                  "(there are more; --limit shows more than " + scan.limit() + ")",
                  "entries",
                  scan.limit(),
                  "more",
                  true);
              return;
            }
            print(
                Words.format(entry.key()) + " " + Words.format(entry.value()),
                "key",
                entry.key(),
                "value",
                entry.value());
          }
          String entries = Figures.of(shown, "entry", "entries");
          print("(" + entries + ")", "entries", shown, "more", false);
        });
  }

  private void count(List<Bytes> arguments) {
    Scan scan = Scan.of(arguments);
    view(
        view -> {
          long keys = 0;
          for (Entry unused : view.scan(scan.range())) {
            keys++;
          }
          print(Figures.of(keys, "key", "keys"), "keys", keys);
        });
  }

  private void view(Consumer<ReadView> statement) {
    if (open != null) {
      statement.accept(open.transaction());
      return;
    }
    try (Snapshot snapshot = storage.snapshot()) {
      statement.accept(snapshot);
    }
  }

  private void begin(List<Bytes> arguments) {
    if (open != null) {
      throw new IllegalStateException(
          "a transaction is already open: commit or roll it back first");
    }
    TransactionOptions options = TransactionOptions.defaults();
    if (!arguments.isEmpty()) {
      try {
        options = options.isolation(IsolationName.parse(Words.format(arguments.get(0))));
      } catch (TypeConversionException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }
    open = ShellTransaction.begin(storage, options);
    Transaction tx = open.transaction();
    String isolation = IsolationName.of(tx.isolation());
    print(
        "begun, " + isolation + " at revision " + tx.revision(),
        "isolation",
        isolation,
        "revision",
        tx.revision());
  }

  private void commit() {
    ShellTransaction ending = takeOpen();
    try (ending) {
      printCommitted(ending.commit());
    }
  }

  private void rollback() {
    takeOpen().close();
    print("rolled back", "committed", false);
  }

  private ShellTransaction takeOpen() {
    ShellTransaction ending = open;
    if (ending == null) {
      throw new IllegalStateException("no transaction is open: start one with begin");
    }
    open = null;
    return ending;
  }

  /**
   * Rolls back an open transaction.
   *
   * @return the number of write statements that were rolled back
   */
  long discard() {
    if (open == null) {
      return 0;
    }
    long writes = open.writes();
    takeOpen().close();
    return writes;
  }

  private void watch(List<Bytes> arguments) {
    unwatchIfWatching();
    Bytes prefix = arguments.isEmpty() ? Bytes.EMPTY : arguments.get(0);
    watch = ChangePrinter.open(storage, prefix, printer, json);
    print("watching; stop with unwatch", "watching", true);
  }

  private void unwatch() {
    if (!unwatchIfWatching()) {
      throw new IllegalStateException("no watch is active");
    }
    print("stopped watching", "watching", false);
  }

  private boolean unwatchIfWatching() {
    if (watch == null) {
      return false;
    }
    watch.close();
    watch = null;
    return true;
  }

  private void status() {
    StorageStatus status = storage.status();
    if (json) {
      printer.line(Json.of(StatusJson.of(status, Instant.now())));
      return;
    }
    StatusReport.of(status).forEach(printer::line);
    StatusWarnings.of(status, Instant.now()).forEach(text -> printer.line("  warning: " + text));
  }

  private void help() {
    for (Verb verb : verbs.values()) {
      printer.line(
          String.format(
              Locale.ROOT, "  %-54s %s", verb.name() + " " + verb.usage(), verb.summary()));
    }
    printer.line(
        "Words with blanks must be quoted: put \"a key\" 'a value'. In double quotes \\\" \\\\");
    printer.line(
        "\\n \\t \\r \\xHH stand for a character or byte. Lines that start with # are comments.");
  }

  @Override
  public void close() {
    discard();
    unwatchIfWatching();
  }
}
