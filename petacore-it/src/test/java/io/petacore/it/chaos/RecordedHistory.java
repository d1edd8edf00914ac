package io.petacore.it.chaos;

import io.petacore.history.Checker;
import io.petacore.history.EdnHistory;
import io.petacore.history.History;
import io.petacore.history.HistoryRecorder;
import io.petacore.history.Plan;
import io.petacore.history.Recording;
import io.petacore.history.Report;
import io.petacore.history.Workload;
import io.petacore.it.Ledger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Random transactions at both isolation levels, alternating between lists and registers. Their
 * reads and writes are recorded for the history checker.
 */
final class RecordedHistory implements Traffic {

  private static final int KEYS = 8;
  private static final double READ_COMMITTED = 0.3;

  /** The history between two checks. */
  private record Chapter(
      Workload workload, HistoryRecorder recorder, Map<Client, HistoryRecorder.Client> clients) {

    Chapter(long seed, Workload.Form form) {
      this(
          new Workload(seed, form, KEYS, READ_COMMITTED),
          new HistoryRecorder(),
          new ConcurrentHashMap<>());
    }
  }

  private final long seed;
  private final Path kept;
  private volatile Chapter chapter;
  private int verified;
  private long checked;

  /**
   * @param kept file for an inconsistent history
   */
  RecordedHistory(long seed, Path kept) {
    this.seed = seed;
    this.kept = kept;
    this.chapter = new Chapter(seed, Workload.Form.LIST_APPEND);
  }

  @Override
  public void step(Client client) {
    Chapter now = chapter;
    Plan plan = now.workload.next();
    Recording recording =
        now.clients
            .computeIfAbsent(
                client, c -> now.recorder.client(c.nodeName(), Thread.currentThread().getName()))
            .invoke(plan.level());
    switch (client.transact(plan.level(), tx -> plan.run(tx, recording))) {
      case COMMITTED -> recording.ok();
      case NOT_APPLIED -> recording.fail();
      case UNKNOWN -> recording.unknown();
    }
  }

  @Override
  public void verify(List<Node> nodes, Ledger ledger) {
    Chapter now = chapter;
    for (Node node : nodes) {
      HistoryRecorder.Client reader = now.recorder.client(node.name(), "quiescence");
      for (Plan plan : now.workload.readAll()) {
        Recording recording = reader.invoke(plan.level());
        node.storage().runTransaction(tx -> plan.run(tx, recording));
        recording.ok();
      }
    }
    History history = now.recorder.history();
    checked += history.txns().size();
    Report report = Checker.check(history);
    if (!report.forbidden().isEmpty()) {
      keep(history);
    }
    report.assertRight();
    Workload.Form[] forms = Workload.Form.values();
    chapter = new Chapter(seed + ++verified, forms[verified % forms.length]);
  }

  /** Writes a history for analysis with this checker or Elle. */
  private void keep(History history) {
    try (Writer file = Files.newBufferedWriter(kept)) {
      EdnHistory.write(history, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The number of checked transactions. */
  long checked() {
    return checked;
  }
}
