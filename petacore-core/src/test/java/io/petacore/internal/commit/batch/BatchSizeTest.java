package io.petacore.internal.commit.batch;

import static io.petacore.internal.commit.batch.PlannedStore.delete;
import static io.petacore.internal.commit.batch.PlannedStore.members;
import static io.petacore.internal.commit.batch.PlannedStore.put;
import static io.petacore.internal.commit.batch.PlannedStore.writes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.error.PetaCoreException;
import io.petacore.error.TransactionTooLargeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many operations and bytes a transaction and a batch can have; each is tried on a store. */
class BatchSizeTest {
  private static final int BYTES = 1 << 20;

  private static PetaCoreException failureOf(BatchPlanner.Round round) {
    assertEquals(1, round.decided().size());
    PetaCoreException failure = round.decided().get(0).failure();
    assertNotNull(failure);
    return failure;
  }

  private static Write[] deletions(int count) {
    Write[] writes = new Write[count];
    for (int i = 0; i < count; i++) {
      writes[i] = delete("k" + i);
    }
    return writes;
  }

  /** A transaction of any size is accepted by the store, or refused by the planner. */
  @ParameterizedTest
  @ValueSource(ints = {8, 9, 12, 16, 31, 128})
  void transactionsOfEverySizeFitOrAreRefused(int limit) {
    try (PlannedStore store = new PlannedStore(limit, BYTES)) {
      int largest = 0;
      for (int size = 1; size <= 4 * limit; size++) {
        PendingCommit creation = store.guarded(writes(size, "v" + size));
        BatchPlanner.Round round = store.plan(List.of(creation));
        if (round.plan().isEmpty()) {
          assertInstanceOf(TransactionTooLargeException.class, failureOf(round));
          continue;
        }
        assertEquals(size - 1, largest, "every smaller one fits");
        largest = size;
        if (round.plan().large()) {
          store.sendHoldingTheLock(round.plan()); // which needs the most operations
        } else {
          assertTrue(store.send(round.plan()).applied());
        }
        store.follow();
        for (int i = 0; i < size; i++) {
          assertEquals("v" + size, store.value("k" + i));
        }
        PendingCommit overwriting = store.unguarded(writes(size, "w"));
        round = store.plan(List.of(overwriting));
        assertEquals(List.of(overwriting), members(round));
        assertTrue(store.send(round.plan()).applied());
        store.follow();
        PendingCommit deletion = store.guarded(deletions(size));
        round = store.plan(List.of(deletion));
        if (round.plan().isEmpty()) {
          assertInstanceOf(
              TransactionTooLargeException.class, failureOf(round), "fences need operations");
          continue;
        }
        assertTrue(store.send(round.plan()).applied());
        store.follow();
        for (int i = 0; i < size; i++) {
          assertEquals(null, store.value("k" + i));
        }
      }
      assertTrue(largest >= limit, "by nesting: " + largest);
    }
  }

  @Test
  void thousandsOfWritesFitInOneTransaction() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit large = store.guarded(writes(3_900, "v"));
      BatchPlanner.Round round = store.plan(List.of(large));
      assertTrue(round.plan().large());
      store.sendHoldingTheLock(round.plan());
      assertEquals("v", store.value("k3899"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16, 128})
  void manyTransactionsFillABatchAndEachHasItsOwnFlag(int limit) {
    try (PlannedStore store = new PlannedStore(limit, BYTES)) {
      for (int count = 1; count <= 5 * limit; count += 1 + count / 8) {
        List<PendingCommit> pending = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          pending.add(store.guarded(put("c" + count + "/" + i, "v")));
        }
        for (int i = 0; i < count; i += 3) {
          store.elsewhere(put("c" + count + "/" + i, "theirs"));
        }
        List<PendingCommit> fitting = members(store.plan(pending));
        BatchPlanner.Plan plan = store.plan(pending).plan();
        BatchLayout.Layout layout = store.layOut(plan);
        List<Boolean> flags = layout.flags(plan, store.send(plan));
        assertEquals(pending.subList(0, fitting.size()), fitting, "in the order of arrival");
        for (int i = 0; i < fitting.size(); i++) {
          String stored = store.value("c" + count + "/" + i);
          assertEquals(i % 3 == 0 ? "theirs" : "v", stored);
          assertEquals(i % 3 != 0, flags.get(i), "flag " + i + " of " + fitting.size());
        }
        store.follow();
        if (count <= limit / 4) {
          assertEquals(count, fitting.size());
        }
      }
    }
  }

  @Test
  void aBatchStaysWithinTheBytesOfARequest() {
    try (PlannedStore store = new PlannedStore(128, 64 * 1024)) {
      String value = "v".repeat(1000);
      List<PendingCommit> pending = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        pending.add(store.guarded(put("k" + i, value)));
      }
      int sent = 0;
      while (!pending.isEmpty()) {
        BatchPlanner.Round round = store.plan(pending);
        assertTrue(store.send(round.plan()).applied());
        pending.removeAll(members(round));
        sent++;
        store.follow();
      }
      assertTrue(sent < 500 / 40, "batches are filled: " + sent);
    }
  }

  @Test
  void aTransactionThatIsTooLargeIsRefusedWithBothNumbers() {
    try (PlannedStore store = new PlannedStore(8, 32 * 1024)) {
      BatchPlanner.Round wide = store.plan(List.of(store.guarded(writes(200, "v"))));
      String message = String.valueOf(failureOf(wide).getMessage());
      assertTrue(message.contains("200") && message.contains("8"), message);
      BatchPlanner.Round big = store.plan(List.of(store.guarded(put("a", "v".repeat(33_000)))));
      message = String.valueOf(failureOf(big).getMessage());
      assertInstanceOf(TransactionTooLargeException.class, failureOf(big));
      assertTrue(message.contains("32768"), message);
    }
  }
}
