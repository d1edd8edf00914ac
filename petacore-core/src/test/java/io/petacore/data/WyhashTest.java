package io.petacore.data;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WyhashTest {
  private static final int LONGEST = 130;

  /** The secret of the reference test. */
  private static Wyhash published(long seed) {
    return new Wyhash(
        seed, 0xa0761d6478bd642fL, 0xe7037ed1a0b428dbL, 0x8ebc6af09c88c6e3L, 0x589965cc75374cc3L);
  }

  /** The hashes of the reference test. */
  @ParameterizedTest
  @CsvSource({
    "0, '', 0409638ee2bde459",
    "1, a, a8412d091b5fe0a9",
    "2, abc, 32dd92e4b2915153",
    "3, message digest, 8619124089a3a16b",
    "4, abcdefghijklmnopqrstuvwxyz, 7a43afb61d7f5f40",
    "5, ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789, ff42329b90e50d58",
    "6, 12345678901234567890123456789012345678901234567890123456789012345678901234567890,"
        + " c39cab13b115aad3"
  })
  void theHashMatchesTheReference(long seed, String text, String expected) {
    assertEquals(expected, String.format("%016x", published(seed).of(text.getBytes(US_ASCII))));
  }

  /** Fails if a byte does not affect the hash. */
  @ParameterizedTest
  @ValueSource(ints = {1, 0x80, 0xff})
  void everyByteAffectsTheHash(int difference) {
    Wyhash hash = Wyhash.withRandomSecret();
    for (int length = 1; length <= LONGEST; length++) {
      byte[] bytes = new byte[length];
      new Random(length).nextBytes(bytes);
      for (int i = 0; i < length; i++) {
        byte[] other = bytes.clone();
        other[i] ^= (byte) difference;
        assertNotEquals(hash.of(bytes), hash.of(other), "length " + length + ", byte " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "catalogue/item-000001"})
  void everyProcessHasItsOwnSecret(String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    assertNotEquals(Wyhash.withRandomSecret().of(bytes), Wyhash.withRandomSecret().of(bytes));
  }
}
