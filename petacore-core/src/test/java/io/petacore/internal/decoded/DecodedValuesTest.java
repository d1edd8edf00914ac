package io.petacore.internal.decoded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.testing.Crew;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** What is kept is found, by this very version only, and within the bound. */
class DecodedValuesTest {

  private static final Object CODEC = new Object();
  private static final long EACH = DecodedValues.ENTRY_BYTES + 5 + 100;

  private static Bytes key(int number) {
    return Bytes.utf8(Integer.toString(10_000 + number));
  }

  private static void keep(DecodedValues values, int number, Bytes value, Object decoded) {
    values.keep(CODEC, key(number), value, decoded, 100);
  }

  @Test
  void onlyTheVersionThatItCameFrom() {
    DecodedValues values = new DecodedValues(1 << 20);
    Bytes value = Bytes.utf8("value");
    keep(values, 1, value, "decoded");
    assertSame("decoded", values.find(CODEC, true, key(1), value));
    assertNull(values.find(CODEC, true, key(1), Bytes.utf8("value")), "an equal value");
    for (int other = 2; other < 500; other++) {
      assertNull(values.find(CODEC, true, key(other), value), "another key");
    }
    assertNull(values.find(new Object(), true, key(1), value), "another codec");
  }

  /** Fails if a version that is no longer read stays, or one that is read has to go. */
  @Test
  void versionsOfAKeyReplaceEachOther() {
    DecodedValues values = new DecodedValues(1 << 20);
    Bytes pinned = Bytes.utf8("0");
    keep(values, 1, pinned, "0");
    for (int i = 1; i < 100; i++) {
      assertSame("0", values.find(CODEC, true, key(1), pinned));
      keep(values, 1, Bytes.utf8("" + i), "" + i);
    }
    assertEquals(2, values.size());
    assertSame("0", values.find(CODEC, true, key(1), pinned));
  }

  /** Fails if the bound is ignored, or counts what was evicted. */
  @Test
  void theBoundHolds() {
    DecodedValues values = new DecodedValues(10 * EACH);
    Bytes[] kept = new Bytes[10_000];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = Bytes.utf8("v" + i);
      keep(values, i, kept[i], kept[i]);
      assertTrue(values.bytes() <= 10 * EACH);
      assertSame(kept[i], values.find(CODEC, true, key(i), kept[i]), "the newest is kept");
    }
    assertEquals(10, values.size());
    values.keep(CODEC, key(0), kept[0], 0, 11 * EACH);
    assertEquals(10, values.size(), "too large alone");
    new DecodedValues(0).keep(CODEC, key(0), kept[0], 0, 0);
  }

  /** Fails if eviction does not look at what is read. */
  @Test
  void whatIsReadStays() {
    DecodedValues values = new DecodedValues(20 * EACH);
    Bytes hot = Bytes.utf8("hot");
    keep(values, 0, hot, "hot");
    for (int i = 1; i < 5_000; i++) {
      assertSame("hot", values.find(CODEC, true, key(0), hot), "after " + i);
      keep(values, i, Bytes.utf8("v" + i), i);
    }
  }

  @Test
  void aLargeTableShrinks() {
    DecodedValues values = new DecodedValues(4_000 * EACH);
    for (int i = 0; i < 4_000; i++) {
      keep(values, i, Bytes.utf8("v" + i), i);
    }
    assertTrue(values.size() > 3_900, () -> values.size() + " of 4,000");
    values.keep(CODEC, key(0), Bytes.utf8("large"), "large", 3_990 * EACH);
    assertTrue(values.size() <= 10 && values.bytes() <= 4_000 * EACH);
    values.close();
    keep(values, 1, Bytes.utf8("v"), 1);
    assertEquals(0, values.size());
    assertEquals(0, values.bytes());
  }

  /** Fails if an entry is seen half written, or accounting breaks under contention. */
  @Test
  void threadsShareIt() {
    DecodedValues values = new DecodedValues(50 * EACH);
    Bytes[] all = new Bytes[200];
    for (int i = 0; i < all.length; i++) {
      all[i] = Bytes.utf8("v" + i);
    }
    try (Crew crew = new Crew()) {
      for (int thread = 0; thread < 3; thread++) {
        crew.start(
            () -> {
              Random random = ThreadLocalRandom.current();
              for (int i = 0; i < 300_000; i++) {
                int number = random.nextInt(all.length);
                Object found = values.find(CODEC, true, key(number), all[number]);
                if (found == null) {
                  keep(values, number, all[number], all[number]);
                } else {
                  assertSame(all[number], found);
                }
              }
            });
      }
      crew.join();
    }
    assertTrue(values.bytes() <= 50 * EACH);
    assertEquals(values.size() * EACH, values.bytes());
  }
}
