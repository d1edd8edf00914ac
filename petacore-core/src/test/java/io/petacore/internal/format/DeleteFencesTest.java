package io.petacore.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeleteFencesTest {

  /**
   * All nodes of all releases must agree on these. The CRC-32C remainders were computed with
   * another implementation; that of "123456789" is the check value of the standard, e3069283.
   */
  @ParameterizedTest
  @CsvSource({
    "a, 330, 1",
    "123456789, 283, 2",
    "item/42, 39b, 0",
    "ключ, bae, 2",
    "stock/0001, 73f, 1"
  })
  void theFenceOfAKeyIsFixed(String key, String of4096, String of7) {
    Bytes bytes = Bytes.utf8(key);
    assertEquals(Bytes.utf8("\0d/" + of4096), new DeleteFences(4096).fenceOf(bytes));
    assertEquals(Bytes.utf8("\0d/" + of7), new DeleteFences(7).fenceOf(bytes));
  }

  @Test
  void binaryKeysHaveFences() {
    DeleteFences fences = new DeleteFences(4096);
    assertEquals(Bytes.utf8("\0d/0"), fences.fenceOf(Bytes.of((byte) 0xff, (byte) 0xff)));
    assertEquals(Bytes.utf8("\0d/6aa"), fences.fenceOf(Bytes.of(new byte[32])));
  }

  @Test
  void aSingleBucketServesAllKeys() {
    DeleteFences one = new DeleteFences(1);
    assertSame(one.fenceOf(Bytes.utf8("a")), one.fenceOf(Bytes.utf8("b")));
    assertEquals(Bytes.utf8("\0d/0"), one.fenceOf(Bytes.utf8("a")));
  }

  @Test
  void keysSpreadOverAllBuckets() {
    DeleteFences fences = new DeleteFences(64);
    Map<Bytes, Integer> counts = new HashMap<>();
    for (int i = 0; i < 6_400; i++) {
      counts.merge(fences.fenceOf(Bytes.utf8("item/" + i)), 1, Integer::sum);
    }
    assertEquals(64, counts.size());
    assertTrue(counts.values().stream().allMatch(count -> count < 300), counts::toString);
  }
}
