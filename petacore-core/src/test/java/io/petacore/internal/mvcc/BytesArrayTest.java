package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytesArrayTest {
  private static final int LONGEST = 70;

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** Fails if a word, or a byte between two words, is not compared. */
  @ParameterizedTest
  @ValueSource(ints = {1, 0x80, 0xff})
  void keysThatDifferInOneByteAreUnequal(int difference) {
    for (int length = 0; length <= LONGEST; length++) {
      byte[] key = random(length);
      assertTrue(BytesArray.equal(key, key.clone()), "length " + length);
      for (int i = 0; i < length; i++) {
        byte[] other = key.clone();
        other[i] ^= (byte) difference;
        assertFalse(BytesArray.equal(key, other), "length " + length + ", byte " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-16, -8, -1, 1, 8, 16})
  void keysOfDifferentLengthsAreUnequal(int longer) {
    for (int length = Math.max(0, -longer); length <= LONGEST; length++) {
      assertFalse(
          BytesArray.equal(new byte[length], new byte[length + longer]), "length " + length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "catalogue/item-000001"})
  void theHashIsTheSameBeforeAndAfterCaching(String text) {
    Bytes key = Bytes.utf8(text);
    int hash = BytesArray.hash(key);
    assertEquals(key.hashCode(), hash);
    assertEquals(hash, BytesArray.hash(key));
  }
}
