package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.BulkLoadException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Seeds;
import io.petacore.transaction.BulkLoadOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What was loaded is what the input says, in its order, however often the load is resumed. */
class BulkLoadTest {

  private final KvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage = DistributedStorage.open(store);

  @AfterEach
  void close() {
    storage.close();
    store.close();
  }

  private static Entry entry(int key, String value) {
    return new Entry(Bytes.utf8("load/" + key), Bytes.utf8(value));
  }

  private Map<Bytes, Bytes> loaded() {
    Map<Bytes, Bytes> all = new TreeMap<>();
    storage.scan(KeyRange.all()).forEach(entry -> all.put(entry.key(), entry.value()));
    return all;
  }

  private static Map<Bytes, Bytes> last(List<Entry> input) {
    Map<Bytes, Bytes> all = new TreeMap<>();
    input.forEach(entry -> all.put(entry.key(), entry.value()));
    return all;
  }

  @Test
  void manyEntriesInFewTransactions() {
    int count = 20_000;
    List<Long> progress = new ArrayList<>();
    long before = storage.revision();
    assertEquals(
        count,
        storage.bulkLoad(
            IntStream.range(0, count).mapToObj(i -> entry(i, "value " + i)),
            BulkLoadOptions.defaults().onProgress(progress::add)));
    assertEquals(count, storage.count(KeyRange.all()));
    assertTrue(storage.revision() - before <= 20, () -> storage.revision() + " revisions");
    assertEquals(progress.stream().sorted().toList(), progress);
    assertEquals(count, progress.get(progress.size() - 1));
    assertEquals(0, storage.bulkLoad(List.of(), BulkLoadOptions.defaults()));
  }

  /** Fails if two transactions in flight write one key, and the earlier one commits last. */
  @Test
  void theLastValueOfAKeyWins() {
    List<Entry> input = new ArrayList<>();
    Random random = new Random(Seeds.one());
    for (int i = 0; i < 15_000; i++) {
      input.add(entry(random.nextInt(6_000), "v" + i));
    }
    storage.bulkLoad(input, BulkLoadOptions.defaults());
    assertEquals(last(input), loaded());
  }

  /** Values so large that only a few fit in a request. */
  @Test
  void transactionsFitInARequest() {
    String large = "x".repeat(400_000);
    List<Entry> input = IntStream.range(0, 12).mapToObj(i -> entry(i, large + i)).toList();
    assertEquals(12, storage.bulkLoad(input, BulkLoadOptions.defaults().maxInFlight(2)));
    assertEquals(last(input), loaded());
  }

  /** Fails if what is reported as durable is not, or a resumed load misses an entry. */
  @Test
  void aFailedLoadIsResumed() {
    List<Entry> input = new ArrayList<>();
    for (int i = 0; i < 12_000; i++) {
      input.add(entry(i % 7_000, "v" + i));
    }
    Stream<Entry> failing =
        IntStream.range(0, input.size())
            .mapToObj(
                i -> {
                  if (i == 10_000) {
                    throw new IllegalStateException("the input ends early");
                  }
                  return input.get(i);
                });
    BulkLoadException thrown =
        assertThrows(
            BulkLoadException.class, () -> storage.bulkLoad(failing, BulkLoadOptions.defaults()));
    assertInstanceOf(IllegalStateException.class, thrown.getCause());
    long durable = thrown.durable();
    assertTrue(durable <= 10_000, () -> "durable " + durable);
    Map<Bytes, Bytes> now = loaded();
    last(input.subList(0, (int) durable)).keySet().forEach(key -> assertTrue(now.containsKey(key)));
    assertEquals(
        input.size(), storage.bulkLoad(input, BulkLoadOptions.defaults().resumeAt(durable)));
    assertEquals(last(input), loaded());
  }

  @Test
  void aKeyThatIsRefusedEndsTheLoad() {
    BulkLoadException thrown =
        assertThrows(
            BulkLoadException.class,
            () ->
                storage.bulkLoad(
                    List.of(entry(1, "a"), new Entry(Bytes.EMPTY, Bytes.EMPTY)),
                    BulkLoadOptions.defaults()));
    assertInstanceOf(IllegalArgumentException.class, thrown.getCause());
    assertEquals(0, thrown.durable());
    assertThrows(IllegalArgumentException.class, () -> BulkLoadOptions.defaults().resumeAt(-1));
    assertThrows(IllegalArgumentException.class, () -> BulkLoadOptions.defaults().maxInFlight(0));
  }
}
