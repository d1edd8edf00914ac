package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.testing.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Positions in an index, for keys full of the bytes that matter. */
class IndexKeysTest {

  private static final byte[] BYTES = {0, 1, (byte) 0xff, 'a', (byte) 0xfe};

  @Test
  void positionsSortByIndexKeyAndThenByKey() {
    Seeds.fresh(20_000)
        .forEach(
            seed -> {
              Random random = new Random(seed);
              Bytes one = bytes(random, 0);
              Bytes other = bytes(random, 0);
              Bytes key = bytes(random, 1);
              Bytes otherKey = bytes(random, 1);
              int byIndexKey = Integer.signum(one.compareTo(other));
              int expected = byIndexKey == 0 ? Integer.signum(key.compareTo(otherKey)) : byIndexKey;
              Bytes position = IndexKeys.position(one, key);
              Bytes otherPosition = IndexKeys.position(other, otherKey);
              assertEquals(
                  expected, Integer.signum(position.compareTo(otherPosition)), Seeds.replay(seed));
              assertEquals(
                  one.equals(other),
                  IndexKeys.haveSameIndexKey(position, key, otherPosition, otherKey),
                  Seeds.replay(seed));
              assertEquals(
                  one.equals(other),
                  IndexKeys.isPosition(position, other, key),
                  Seeds.replay(seed));
            });
  }

  @Test
  void aRangeOfIndexKeysHoldsExactlyTheirPositions() {
    Seeds.fresh(20_000)
        .forEach(
            seed -> {
              Random random = new Random(seed);
              Bytes from = bytes(random, 0);
              Bytes to = bytes(random, 0);
              Bytes indexKey = bytes(random, 0);
              Bytes position = IndexKeys.position(indexKey, bytes(random, 1));
              if (from.compareTo(to) <= 0) {
                KeyRange range = KeyRange.closedOpen(from, to);
                assertEquals(
                    range.contains(indexKey),
                    IndexKeys.positions(range).contains(position),
                    Seeds.replay(seed));
              }
              KeyRange open = KeyRange.atLeast(from);
              assertEquals(
                  open.contains(indexKey),
                  IndexKeys.positions(open).contains(position),
                  Seeds.replay(seed));
              assertTrue(IndexKeys.positions(KeyRange.single(indexKey)).contains(position));
            });
  }

  @Test
  void anotherKeyMayContinueAnIndexKey() {
    Bytes shorter = IndexKeys.position(Bytes.utf8("a"), Bytes.utf8("b"));
    Bytes longer = IndexKeys.position(Bytes.utf8("ab"), Bytes.utf8("c"));
    assertTrue(shorter.compareTo(longer) < 0);
    assertFalse(IndexKeys.positions(KeyRange.single("a")).contains(longer));
  }

  /** Of at least a length; keys don't begin with a zero byte. */
  private static Bytes bytes(Random random, int least) {
    byte[] bytes = new byte[least + random.nextInt(4)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = BYTES[random.nextInt(BYTES.length)];
    }
    if (least > 0 && bytes[0] == 0) {
      bytes[0] = 1;
    }
    return Bytes.of(bytes);
  }
}
