package io.petacore.store;

import static io.petacore.store.StoreUnderTest.batch;
import static io.petacore.store.StoreUnderTest.group;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.testing.Answers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The contract of {@link KvStore#commit}: guards, groups and revisions. */
interface BatchContract {

  StoreUnderTest under();

  @Test
  default void aBatchGetsOneRevision() throws Exception {
    long first = under().commit(under().put("a", "1"), under().put("gone", "1")).revision();
    BatchResult result =
        under()
            .commit(
                under().put("a", "2"),
                under().delete("gone"),
                under().put("b", ""),
                group(List.of(), under().put("c", "3")));

    assertTrue(result.revision() > first);
    assertEquals(List.of(true), result.groups());
    assertEquals(List.of(), result.otherwise());
    long revision = result.revision();
    assertEquals(
        List.of(
            under().entry("a", "2", revision, 2),
            under().entry("b", "", revision, 1),
            under().entry("c", "3", revision, 1)),
        under().entries());
  }

  @Test
  default void aGuardComparesTheModRevision() throws Exception {
    long first = under().write(under().put("k", "same"));
    long second = under().write(under().put("k", "same"));
    long gone = under().write(under().put("gone", "v"));
    under().write(under().delete("gone"));

    assertTrue(under().commit(guarded(under().guard("k", second))).applied());
    assertFalse(under().commit(guarded(under().guard("k", first))).applied());
    assertFalse(under().commit(guarded(under().guard("k", second + 1))).applied());
    assertFalse(under().commit(guarded(under().guard("k", 0))).applied(), "it is not absent");
    assertTrue(under().commit(guarded(under().guard("absent", 0))).applied());
    assertFalse(under().commit(guarded(under().guard("absent", first))).applied());
    assertTrue(under().commit(guarded(under().guard("gone", 0))).applied(), "deleted is absent");
    assertFalse(under().commit(guarded(under().guard("gone", gone))).applied());
    assertFalse(
        under().commit(guarded(under().guard("k", second), under().guard("gone", gone))).applied(),
        "all must hold");
  }

  @Test
  default void aGuardOverARangeComparesEveryKeyInIt() throws Exception {
    long first = under().write(under().put("r1", "v"));
    long second = under().write(under().put("r3", "v"));

    assertTrue(under().commit(guarded(under().guard("r1", "r4", second))).applied());
    assertFalse(under().commit(guarded(under().guard("r1", "r4", second - 1))).applied(), "r3");
    assertTrue(under().commit(guarded(under().guard("r1", "r3", first))).applied(), "r3 is beyond");
    assertFalse(under().commit(guarded(under().guard("r0", "r2", first - 1))).applied(), "r1");
    assertTrue(under().commit(guarded(under().guard("r2", "r3", 0))).applied(), "nothing in it");
    assertFalse(
        under()
            .commit(guarded(under().guard("r2", "r3", 0), under().guard("r1", "r4", first)))
            .applied(),
        "all must hold");
  }

  @Test
  default void aGuardOverARangeMissesOnlyDeletes() throws Exception {
    long first = under().commit(under().put("r1", "v"), under().put("r2", "v")).revision();
    under().write(under().delete("r1"));

    assertTrue(under().commit(guarded(under().guard("r1", "r3", first))).applied(), "deleted");
    under().write(under().put("r1", "again"));
    assertFalse(under().commit(guarded(under().guard("r1", "r3", first))).applied(), "created");
  }

  @Test
  default void aGuardOverARangeIsJudgedBeforeTheBatch() throws Exception {
    long before = under().write(under().put("r1", "v"));

    BatchResult result =
        under()
            .commit(
                under().put("r2", "in front"),
                group(List.of(under().guard("r1", "r3", before)), under().put("seen", "v")),
                group(List.of(under().guard("r1", "r3", before - 1)), under().put("missed", "v")));

    assertEquals(List.of(true, false), result.groups());
  }

  private Batch guarded(Guard... guards) {
    return new Batch(List.of(guards), List.of(under().put("written", "v")), List.of());
  }

  @Test
  default void aBatchRefusedByItsGuardsReadsInstead() throws Exception {
    long revision = under().commit(under().put("a", "1"), under().put("b", "2")).revision();
    List<Bytes> reads = List.of(under().key("b"), under().key("absent"), under().key("a"));

    BatchResult refused =
        under()
            .commit(
                new Batch(
                    List.of(under().holds(), under().fails()),
                    List.of(under().put("a", "9"), group(List.of(), under().put("c", "9"))),
                    reads));

    assertFalse(refused.applied());
    assertEquals(List.of(), refused.groups());
    assertEquals(
        List.of(under().entry("b", "2", revision, 1), under().entry("a", "1", revision, 1)),
        refused.otherwise());
    assertTrue(refused.revision() >= revision);
    assertEquals(2, under().entries().size());
    assertEquals(under().entry("a", "1", revision, 1), under().get("a"));

    BatchResult applied = under().commit(new Batch(List.of(under().holds()), List.of(), reads));
    assertTrue(applied.applied());
    assertEquals(List.of(), applied.otherwise(), "read only if the guards fail");
  }

  /** The flags are in the order in which groups begin, and say whether the operations ran. */
  @Test
  default void groupsThreeDeepRunByTheirOwnGuardsAndThoseAround() throws Exception {
    List<Guard> yes = List.of(under().holds());
    List<Guard> no = List.of(under().fails());

    BatchResult result =
        under()
            .commit(
                under().put("0", ""),
                group(
                    yes,
                    under().put("1", ""),
                    group(no, under().put("2", ""), group(yes, under().put("3", ""))),
                    group(
                        yes,
                        group(yes, under().put("5", "")),
                        group(no, under().put("6", "")),
                        under().put("4", ""))),
                group(no, group(yes, group(yes, under().put("9", "")))),
                group(yes));

    assertEquals(
        List.of(true, false, false, true, true, false, false, false, false, true), result.groups());
    assertEquals(
        List.of("0", "1", "4", "5").stream().map(under()::key).toList(),
        under().entries().stream().map(KeyValue::key).toList());
    assertTrue(
        under().entries().stream().allMatch(entry -> entry.modRevision() == result.revision()));
  }

  @Test
  default void everyGuardIsJudgedBeforeAnythingIsChanged() throws Exception {
    long before = under().write(under().put("k", "1"));

    BatchResult result =
        under()
            .commit(
                under().put("k", "2"),
                under().put("new", "1"),
                group(List.of(under().guard("k", before)), under().put("saw-old", "")),
                group(List.of(under().guard("new", 0)), under().delete("absent")),
                group(List.of(under().guard("k", before + 1)), under().put("saw-new", "")),
                group(
                    List.of(),
                    under().put("inner", "1"),
                    group(List.of(under().guard("inner", 0)), under().put("saw-no-inner", ""))));

    assertEquals(List.of(true, true, false, true, true), result.groups());
    assertNotNull(under().get("saw-old"));
    assertNotNull(under().get("saw-no-inner"));
    assertNull(under().get("saw-new"));
  }

  @Test
  default void anUnconditionalPutGivesARevisionThoughEveryGroupFails() throws Exception {
    long before = under().write(under().put("record", "1"));

    BatchResult result =
        under()
            .commit(
                under().put("record", "2"),
                group(List.of(under().fails()), under().put("a", "")),
                group(List.of(under().fails()), under().put("b", "")));

    assertEquals(List.of(false, false), result.groups());
    assertTrue(result.revision() > before);
    assertEquals(List.of(under().entry("record", "2", result.revision(), 2)), under().entries());
  }

  @Test
  default void aBatchThatChangesNothingGetsNoRevision() throws Exception {
    List<Batch> idle =
        List.of(
            batch(),
            batch(under().delete("absent")),
            batch(group(List.of(under().fails()), under().put("a", "1"))),
            new Batch(List.of(under().fails()), List.of(under().put("a", "1")), List.of()));
    for (Batch batch : idle) {
      // Another client may commit in between, but not every time.
      boolean unchanged = false;
      for (int attempt = 0; attempt < 10 && !unchanged; attempt++) {
        long before = under().write(under().put("k", "v"));
        unchanged = under().commit(batch).revision() == before && under().newest() == before;
      }
      assertTrue(unchanged, "a revision for nothing: " + batch);
    }
  }

  @Test
  default void theKeyVersionCountsPutsAndBeginsAgainAfterADelete() throws Exception {
    for (long version = 1; version <= 3; version++) {
      long revision = under().write(under().put("k", "v"));
      assertEquals(under().entry("k", "v", revision, version), under().get("k"));
    }
    under().write(under().delete("k"));
    assertNull(under().get("k"));
    for (long version = 1; version <= 2; version++) {
      long revision = under().write(under().put("k", "v"));
      assertEquals(under().entry("k", "v", revision, version), under().get("k"));
    }
  }

  @Test
  default void everyAcknowledgedIncrementCounts() throws Exception {
    under().write(under().put("counter", "0"));
    List<CompletableFuture<Void>> workers = new ArrayList<>();
    for (int worker = 0; worker < 4; worker++) {
      workers.add(StoreUnderTest.start(this::incrementFiftyTimes));
    }
    for (CompletableFuture<Void> worker : workers) {
      Answers.answer(worker);
    }
    KeyValue counter = under().get("counter");
    assertNotNull(counter);
    assertEquals("200", counter.value().toUtf8());
    assertEquals(201, counter.putCount());
  }

  private void incrementFiftyTimes() {
    for (int done = 0; done < 50; ) {
      KeyValue now =
          under().store().range(new RangeRequest(under().all(), 0, 1)).join().entries().get(0);
      String next = Integer.toString(Integer.parseInt(now.value().toUtf8()) + 1);
      Guard guard = new Guard.OfKey(now.key(), now.modRevision());
      Batch increment = batch(group(List.of(guard), under().put("counter", next)));
      if (under().store().commit(increment).join().groups().get(0)) {
        done++;
      }
    }
  }
}
