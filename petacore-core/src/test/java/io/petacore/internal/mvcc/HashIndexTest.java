package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class HashIndexTest {
  private final HashIndex index = new HashIndex();

  private static Version version(Bytes key) {
    return Version.first(key, Bytes.EMPTY, 1, 1);
  }

  /** Keys with equal hashes, which are unlikely among random hashes. */
  private static Bytes colliding(int timestamp) {
    Bytes key = Bytes.utf8("colliding" + timestamp);
    BytesArray.HASH.set(key, 42);
    return key;
  }

  private static Bytes key(int timestamp) {
    return timestamp < 32 ? colliding(timestamp) : Bytes.utf8("key" + timestamp);
  }

  /** 65,536 keys of 32 bytes made of "Aa" and "BB", which are equal to the hash 31 · h + b. */
  private static Bytes chosenToCollide(int timestamp) {
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < 16; bit++) {
      text.append((timestamp >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return Bytes.utf8(text.toString());
  }

  /**
   * Fails if chosen keys can make lookups linear. With random hashes the longest probe of a
   * half-full table of this size is about sixty slots.
   */
  @Test
  void keysChosenToCollideHaveShortProbes() {
    assertEquals(
        Arrays.hashCode(chosenToCollide(0).toByteArray()),
        Arrays.hashCode(chosenToCollide(65_535).toByteArray()));
    int longest = 0;
    for (int timestamp = 0; timestamp < 65_536; timestamp++) {
      index.add(version(chosenToCollide(timestamp)));
      if (Integer.bitCount(timestamp) == 1) {
        longest = Math.max(longest, index.longestProbe());
        int searched = longest; // asked now and then, so that a failure need not wait for all
        assertTrue(searched < 400, () -> "a search of " + searched + " slots");
      }
    }
    int searched = index.longestProbe();
    assertTrue(searched < 400, () -> "a search of " + searched + " slots");
  }

  /** Fails if a key is lost in a rebuild or after a removed one, or confused with another key. */
  @Test
  void theIndexAgreesWithAModel() {
    assertEquals(BytesArray.hash(colliding(0)), BytesArray.hash(colliding(31)));
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<Bytes, Version> model = new HashMap<>();
    for (int step = 0; step < 200_000; step++) {
      int keys = step % 50_000 < 25_000 ? 64 : 2_000; // grows, and is emptied again
      Bytes key = key(random.nextInt(keys));
      Version known = model.get(key);
      assertSame(known, index.get(key), () -> "seed " + seed);
      if (known == null) {
        Version added = version(key);
        model.put(key, added);
        index.add(added);
      } else if (random.nextBoolean()) {
        Version next = known.next(Bytes.EMPTY, known.timestamp() + 1, 1, LongChains.DEFAULT);
        model.put(key, next);
        index.replace(known, next);
      } else {
        model.remove(key);
        index.remove(known);
      }
      assertEquals(model.size(), index.size());
    }
    model.forEach((key, version) -> assertSame(version, index.get(key), () -> "seed " + seed));
  }

  /** Fails, by not returning, if slots of removed keys are never reused. */
  @Test
  void addingAndRemovingKeysDoesNotFillTheTable() {
    for (int i = 0; i < 100_000; i++) {
      Version version = version(Bytes.utf8("passing" + i));
      index.add(version);
      index.remove(version);
    }
    assertEquals(0, index.size());
    assertNull(index.get(Bytes.utf8("never there")));
  }

  /** Fails if a new table is so full that a few more keys replace it again. */
  @Test
  void aReplacedTableHasCapacityForAQuarterMore() {
    int remaining = index.remaining();
    for (int size = 1; size <= 32_700; size++) { // nearly what a table of 65,536 slots takes
      index.add(version(Bytes.utf8("key" + size)));
      boolean replaced = index.remaining() != remaining - 1;
      remaining = index.remaining();
      int keys = size;
      assertTrue(
          !replaced || 4 * (remaining + 1) >= keys, () -> keys + " keys have too little capacity");
    }
    // Removed keys occupy slots too; the table must be replaced in time and with free slots.
    List<Version> passing = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      Version added = version(Bytes.utf8("passing" + i));
      boolean full = index.remaining() == 0;
      index.add(added);
      passing.add(added);
      assertTrue(!full || 4 * (index.remaining() + 1) >= index.size(), "too little capacity");
      if (passing.size() > 80) {
        index.remove(passing.remove(0));
      }
    }
  }

  /** Fails if a table with sufficient capacity is copied, or loses a key. */
  @Test
  void ensuredCapacityAvoidsReplacements() {
    index.add(version(key(0)));
    index.ensureCapacity(10_000);
    int remaining = index.remaining();
    assertTrue(remaining >= 10_000, () -> "capacity for " + remaining);
    for (int i = 1; i <= 10_000; i++) {
      index.add(version(key(i)));
    }
    assertEquals(remaining - 10_000, index.remaining(), "the same table");
    index.ensureCapacity(remaining - 10_000);
    assertEquals(remaining - 10_000, index.remaining(), "the capacity sufficed");
    assertNotNull(index.get(key(0)));
    assertNotNull(index.get(key(10_000)));
  }

  /** Fails if a removal empties a slot within the probe sequence of another key. */
  @Test
  void presentKeysAreFoundWhileOthersChange() throws InterruptedException, ExecutionException {
    List<Bytes> staying = new ArrayList<>();
    for (int i = 0; i < 32; i += 2) {
      staying.add(colliding(i));
      index.add(version(colliding(i)));
    }
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<?> writer =
          threads.submit(
              () -> {
                Random random = new Random(1);
                Map<Integer, Version> present = new HashMap<>();
                for (int i = 0; i < 500_000; i++) {
                  int timestamp = 1 + 2 * random.nextInt(200);
                  Version known = present.remove(timestamp);
                  if (known != null) {
                    index.remove(known);
                  } else {
                    Version added = version(key(timestamp));
                    present.put(timestamp, added);
                    index.add(added);
                  }
                }
              });
      Future<?> reader =
          threads.submit(
              () -> {
                while (!writer.isDone()) {
                  for (Bytes key : staying) {
                    assertNotNull(index.get(key));
                  }
                }
              });
      reader.get();
      writer.get();
    } finally {
      threads.shutdownNow();
    }
  }
}
