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
 * Random transactions at both levels, on lists and on registers by turns, of which is noted what
 * each read and wrote, for the checker of histories.
 */
final class RecordedHistory implements Traffic {

  private static final int KEYS = 8;
  private static final double READ_COMMITTED = 0.3;

  /** From one rest to the next. */
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
  private int judged;
  private long checked;

  /**
   * @param kept the file for a history that is not as it must be
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
  public void judge(List<Node> atRest, Ledger ledger) {
    Chapter now = chapter;
    for (Node node : atRest) {
      HistoryRecorder.Client reader = now.recorder.client(node.name(), "at-rest");
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
    chapter = new Chapter(seed + ++judged, forms[judged % forms.length]);
  }

  /** For whoever wants to look closer, with our checker or with Elle. */
  private void keep(History history) {
    try (Writer file = Files.newBufferedWriter(kept)) {
      EdnHistory.write(history, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many transactions the checker has seen. */
  long checked() {
    return checked;
  }
}
