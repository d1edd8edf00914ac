package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.error.PetaCoreException;
import io.petacore.history.Checker;
import io.petacore.history.History;
import io.petacore.history.HistoryRecorder;
import io.petacore.history.MicroOp;
import io.petacore.history.Outcome;
import io.petacore.history.Plan;
import io.petacore.history.Recording;
import io.petacore.history.Report;
import io.petacore.history.Workload;
import io.petacore.history.Workload.Mix;
import io.petacore.testing.Crew;
import io.petacore.testing.Nodes;
import io.petacore.testing.Seeds;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * The history of several nodes keeps the promises of the isolation levels. It is checked as a
 * whole, from the writes, reads and outcomes alone.
 */
public interface HistoryContract {

  /** How many transactions each thread of each node makes. */
  int TRANSACTIONS = 250;

  /** The nodes of this test. */
  Nodes nodes();

  /** Snapshot transactions that append and read, and Read Committed ones that read. */
  @Test
  default void listsAreAppendedToAsPromised() {
    assertPromised(Workload.Form.LIST_APPEND, Mix.readCommitted(0.2));
  }

  /** As above, with range reads. */
  @Test
  default void rangesOfListsAreReadAsPromised() {
    assertPromised(Workload.Form.LIST_APPEND, new Mix(0.2, 0, 0, 0.4));
  }

  /** Snapshot and Read Committed transactions that overwrite and read. */
  @Test
  default void registersAreOverwrittenAsPromised() {
    assertPromised(Workload.Form.REGISTER, Mix.readCommitted(0.4));
  }

  /** As above, with deletes and range reads. */
  @Test
  default void registersAreDeletedAsPromised() {
    assertPromised(Workload.Form.REGISTER, new Mix(0.3, 0, 0.4, 0.4));
  }

  /** Read Committed transactions only. */
  @Test
  default void registersAreOverwrittenAsReadCommittedPromises() {
    assertPromised(Workload.Form.REGISTER, Mix.readCommitted(1));
  }

  /** All levels, with range reads: no write skew and no phantom among Serializable ones. */
  @Test
  default void listsAreSerializable() {
    assertPromised(Workload.Form.LIST_APPEND, Mix.ALL);
  }

  /** All levels, with deletes and range reads. */
  @Test
  default void registersAreSerializable() {
    assertPromised(Workload.Form.REGISTER, Mix.ALL);
  }

  private void assertPromised(Workload.Form form, Mix mix) {
    long seed = Seeds.one();
    Workload workload = new Workload(seed, form, 6, mix);
    HistoryRecorder recorder = new HistoryRecorder();
    List<DistributedStorage> storages = List.of(nodes().open(), nodes().open(), nodes().open());
    try (Crew crew = new Crew()) {
      for (int node = 0; node < storages.size(); node++) {
        DistributedStorage storage = storages.get(node);
        for (int thread = 0; thread < 3; thread++) {
          HistoryRecorder.Client client = recorder.client("n" + node, "t" + thread);
          crew.start(
              () -> {
                for (int i = 0; i < TRANSACTIONS; i++) {
                  run(storage, client, workload.next());
                }
              });
        }
      }
      crew.join();
    }
    for (int node = 0; node < storages.size(); node++) {
      HistoryRecorder.Client client = recorder.client("n" + node, "last");
      readAll(storages.get(node), client, workload, node);
    }
    History history = recorder.history();
    Report report = Checker.check(history);
    assertEquals(List.of(), report.forbidden(), () -> report + Seeds.replay(seed));
    assertEquals(0, history.count(Outcome.UNKNOWN), "nothing is in doubt without faults");
    assertTrue(history.count(Outcome.OK) > history.txns().size() / 2, report::summary);
  }

  /** A node that has committed once more has seen everything; what it lacks then is lost. */
  private static void readAll(
      DistributedStorage storage, HistoryRecorder.Client client, Workload workload, int node) {
    MicroOp last = new MicroOp.Write("last", node);
    run(storage, client, new Plan(IsolationLevel.READ_COMMITTED, List.of(last)));
    for (Plan plan : workload.readAll()) {
      run(storage, client, plan);
    }
  }

  /** Time for a commit or two; nothing depends on how many there are. */
  private static void letOthersCommit() {
    LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(500_000));
  }

  private static void run(DistributedStorage storage, HistoryRecorder.Client client, Plan plan) {
    Recording recording = client.invoke(plan.level());
    try {
      storage.runTransaction(
          TransactionOptions.defaults().isolation(plan.level()).maxAttempts(3),
          tx -> plan.run(tx, recording, HistoryContract::letOthersCommit));
      recording.ok();
    } catch (PetaCoreException e) {
      recording.end(e);
    }
  }
}
