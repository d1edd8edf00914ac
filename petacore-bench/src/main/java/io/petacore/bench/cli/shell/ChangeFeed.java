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
 * Shows changes of the application's keys as the store tells of them. The store's threads must not
 * wait for a terminal, so a thread of its own does the printing.
 */
final class ChangeFeed implements AutoCloseable {
  private final Namespace namespace;
  private final Printer printer;
  private final ExecutorService printing =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "change-feed");
            thread.setDaemon(true);
            return thread;
          });
  private final Watch watch;

  private ChangeFeed(
      KvStore store, Namespace namespace, Bytes keyPrefix, long fromRevision, Printer printer) {
    this.namespace = namespace;
    this.printer = printer;
    this.watch = store.watch(namespace.applicationKeys(keyPrefix), fromRevision, new Listener());
  }

  /** Shows the changes of keys with a prefix, from a revision on. */
  static ChangeFeed open(
      KvStore store, Namespace namespace, Bytes keyPrefix, long fromRevision, Printer printer) {
    return new ChangeFeed(store, namespace, keyPrefix, fromRevision, printer);
  }

  private final class Listener implements WatchListener {
    @Override
    public void onOpened() {}

    @Override
    public void onRevisions(List<RevisionEvents> revisions) {
      print(() -> revisions.forEach(ChangeFeed.this::show));
    }

    @Override
    public void onEnd(StoreException cause) {
      print(
          () ->
              printer.error(
                  "the watch has ended (" + ErrorLine.of(cause) + "); watch starts it again"));
    }

    private void print(Runnable lines) {
      try {
        printing.execute(lines);
      } catch (RejectedExecutionException e) {
        // The feed was closed meanwhile: nobody wants to see it any more.
      }
    }
  }

  private void show(RevisionEvents revision) {
    for (Event event : revision.events()) {
      String key = Words.shown(namespace.inside(event.key()));
      Bytes value = event.value();
      printer.line(
          "["
              + revision.revision()
              + "] "
              + (value == null ? "delete " + key : "put " + key + " " + Words.shown(value)));
    }
  }

  @Override
  public void close() {
    watch.close();
    printing.shutdown();
    try {
      // What was told before is shown before the next answer.
      printing.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
