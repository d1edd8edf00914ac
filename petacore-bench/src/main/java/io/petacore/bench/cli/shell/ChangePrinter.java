package io.petacore.bench.cli.shell;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.console.ErrorLine;
import io.petacore.bench.support.console.Json;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.subscription.Change;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.subscription.SubscribeOptions;
import io.petacore.subscription.Subscription;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes to the application's keys and prints their changes. Printing happens on a separate
 * thread, so that the storage's executor never waits for a terminal.
 */
final class ChangePrinter implements AutoCloseable {
  private final Printer printer;
  private final boolean json;
  private final ExecutorService printing =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "change-printer");
            thread.setDaemon(true);
            return thread;
          });
  private final Subscription subscription;

  private ChangePrinter(
      DistributedStorage storage, Bytes keyPrefix, Printer printer, boolean json) {
    this.printer = printer;
    this.json = json;
    this.subscription =
        storage.subscribe(
            KeyRange.prefix(keyPrefix),
            SubscribeOptions.defaults().executor(printing).withoutInitialState(),
            new Listener());
  }

  /** Starts to print changes to keys with a prefix, from now on. */
  static ChangePrinter open(
      DistributedStorage storage, Bytes keyPrefix, Printer printer, boolean json) {
    return new ChangePrinter(storage, keyPrefix, printer, json);
  }

  private final class Listener implements ChangeListener {
    @Override
    public void onChanges(ChangeBatch batch) {
      batch.changes().forEach(change -> show(batch.toRevision(), change));
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
      if (cause != null) {
        printer.error("the watch ended (" + ErrorLine.of(cause) + "); restart it with watch");
      }
    }
  }

  private void show(long revision, Change change) {
    if (json) {
      printer.line(
          Json.of(Json.object("revision", revision, "key", change.key(), "value", change.after())));
      return;
    }
    String key = Words.format(change.key());
    Bytes value = change.after();
    printer.line(
        "["
            + revision
            + "] "
            + (value == null ? "delete " + key : "put " + key + " " + Words.format(value)));
  }

  @Override
  public void close() {
    subscription.close();
    printing.shutdown();
    try {
      // A change that is being printed comes before the next statement's output.
      printing.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
