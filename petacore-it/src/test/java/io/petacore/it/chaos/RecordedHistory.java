package io.petacore.it.chaos;

import io.petacore.history.Checker;
import io.petacore.history.HistoryRecorder;
import io.petacore.history.Plan;
import io.petacore.history.Recording;
import io.petacore.history.Workload;
import io.petacore.it.Ledger;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Random transactions at both levels that read lists and append to them, of which is noted what
 * each read and wrote, for the checker of histories.
 */
final class RecordedHistory implements Traffic {

  private static final int KEYS = 8;
  private static final double READ_COMMITTED = 0.3;

  /** From one rest to the next. */
  private record Chapter(
      Workload workload, HistoryRecorder recorder, Map<Client, HistoryRecorder.Client> clients) {

    Chapter(long seed) {
      this(
          new Workload(seed, Workload.Form.LIST_APPEND, KEYS, READ_COMMITTED),
          new HistoryRecorder(),
          new ConcurrentHashMap<>());
    }
  }

  private final long seed;
  private volatile Chapter chapter;
  private int judged;
  private long checked;

  RecordedHistory(long seed) {
    this.seed = seed;
    this.chapter = new Chapter(seed);
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
    checked += now.recorder.history().txns().size();
    Checker.check(now.recorder.history()).assertRight();
    chapter = new Chapter(seed + ++judged);
  }

  /** How many transactions the checker has seen. */
  long checked() {
    return checked;
  }
}
