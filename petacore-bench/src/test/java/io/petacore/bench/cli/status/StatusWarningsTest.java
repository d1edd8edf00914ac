package io.petacore.bench.cli.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.StorageCounters;
import io.petacore.StorageCounters.Counter;
import io.petacore.StorageStatus;
import io.petacore.StorageStatus.State;
import io.petacore.data.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatusWarningsTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  /** Counters of what is harmless, or of which only many give reason to worry. */
  private static final Set<Counter> HARMLESS =
      Set.of(
          Counter.COMMITS,
          Counter.BATCHES,
          Counter.EMPTY_BATCHES,
          Counter.BATCHED_TRANSACTIONS,
          Counter.LOCAL_CONFLICTS,
          Counter.STORE_CONFLICTS,
          Counter.RETRIES,
          Counter.RESENT,
          Counter.RESOLVED_APPLIED,
          Counter.RESOLVED_NOT_APPLIED,
          Counter.EXCLUSIVE_LOCKS,
          Counter.WATCHES_OPENED,
          Counter.CONFLATIONS);

  private static List<String> warnings(
      State state, Instant applied, long keys, long versions, Map<Counter, Long> counters) {
    return StatusWarnings.of(
        new StorageStatus(
            state,
            7,
            Timestamp.of(applied),
            Duration.ZERO,
            Duration.ZERO,
            keys,
            0,
            versions,
            1_000,
            NOW,
            new StorageStatus.Failure("no route", NOW),
            new StorageStatus.Subscriptions(0, 0),
            StorageCounters.of(counters)),
        NOW);
  }

  private static List<String> warnings(Map<Counter, Long> counters) {
    return warnings(State.SYNCED, NOW, 10, 10, counters);
  }

  @Test
  void oneEventOfEachCounterWarnsUnlessItIsHarmless() {
    for (Counter counter : Counter.values()) {
      int expected = HARMLESS.contains(counter) ? 0 : 1;
      assertEquals(expected, warnings(Map.of(counter, 1L)).size(), counter::toString);
    }
  }

  @Test
  void manyWarnWhereOneDoesNot() {
    for (Counter counter :
        List.of(
            Counter.LOCAL_CONFLICTS,
            Counter.STORE_CONFLICTS,
            Counter.RESENT,
            Counter.EXCLUSIVE_LOCKS)) {
      Map<Counter, Long> many = new EnumMap<>(Map.of(counter, 1_000L, Counter.COMMITS, 1_500L));
      assertEquals(1, warnings(many).size(), counter::toString);
      many.put(Counter.COMMITS, 1_000_000L);
      assertEquals(0, warnings(many).size(), counter::toString);
    }
  }

  @Test
  void statesWarn() {
    List<String> lost = warnings(State.DISCONNECTED, NOW, 10, 10, Map.of());
    assertEquals(1, lost.size());
    assertTrue(lost.get(0).contains("no route"), lost::toString);
    assertEquals(1, warnings(State.SYNCED, NOW, 10, 20_000, Map.of()).size());
    assertEquals(0, warnings(State.SYNCED, NOW, 10_000, 20_000, Map.of()).size());
    assertEquals(1, warnings(State.SYNCED, NOW.plusSeconds(1), 10, 10, Map.of()).size());
  }
}
