package io.petacore.bench.cli.shell;

import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.console.ErrorLine;
import io.petacore.data.Bytes;
import io.petacore.store.Event;
import io.petacore.store.KvStore;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Watches the application's keys and prints their changes. Printing happens on a separate thread,
 * so that the store's threads never wait for a terminal.
 */
final class ChangePrinter implements AutoCloseable {
  private final Namespace namespace;
  private final Printer printer;
  private final ExecutorService printing =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "change-printer");
            thread.setDaemon(true);
            return thread;
          });
  private final Watch watch;

  private ChangePrinter(
      KvStore store, Namespace namespace, Bytes keyPrefix, long fromRevision, Printer printer) {
    this.namespace = namespace;
    this.printer = printer;
    this.watch = store.watch(namespace.applicationKeys(keyPrefix), fromRevision, new Listener());
  }

  /** Starts to print changes to keys with a prefix, from a revision on. */
  static ChangePrinter open(
      KvStore store, Namespace namespace, Bytes keyPrefix, long fromRevision, Printer printer) {
    return new ChangePrinter(store, namespace, keyPrefix, fromRevision, printer);
  }

  private final class Listener implements WatchListener {
    @Override
    public void onOpened() {}

    @Override
    public void onRevisions(List<RevisionEvents> revisions) {
      print(() -> revisions.forEach(ChangePrinter.this::show));
    }

    @Override
    public void onEnd(StoreException cause) {
      print(
          () ->
              printer.error(
                  "the watch ended (" + ErrorLine.of(cause) + "); restart it with watch"));
    }

    private void print(Runnable lines) {
      try {
        printing.execute(lines);
      } catch (RejectedExecutionException e) {
        // Closed concurrently: the change need not be printed.
      }
    }
  }

  private void show(RevisionEvents revision) {
    for (Event event : revision.events()) {
      String key = Words.format(namespace.withoutPrefix(event.key()));
      Bytes value = event.value();
      printer.line(
          "["
              + revision.revision()
              + "] "
              + (value == null ? "delete " + key : "put " + key + " " + Words.format(value)));
    }
  }

  @Override
  public void close() {
    watch.close();
    printing.shutdown();
    try {
      // Changes received before are printed before the next statement's output.
      printing.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
