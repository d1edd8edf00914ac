package io.petacore.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormatRecordTest {

  /** The encoding is part of the storage format and must not change. */
  @Test
  void theEncodingIsFixed() {
    assertEquals(Bytes.utf8("petacore 1 buckets=4096"), FormatRecord.CURRENT.encode());
    assertEquals(FormatRecord.CURRENT, FormatRecord.decode(FormatRecord.CURRENT.encode()));
    assertEquals(new FormatRecord(7), FormatRecord.decode(Bytes.utf8("petacore 1 buckets=7")));
    assertEquals(
        new FormatRecord(99_999), FormatRecord.decode(Bytes.utf8("petacore 1 buckets=99999")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "petacore",
        "petacore 1",
        "petacore 2 buckets=4096",
        "petacore 11 buckets=4096",
        "petacore 1 buckets=0",
        "petacore 1 buckets=-1",
        "petacore 1 buckets=0004096",
        "petacore 1 buckets=100000",
        "petacore 1 buckets=99999999999999999999",
        "petacore 1 buckets=4096 more",
        "petacore 1 buckets=4096\n",
        " petacore 1 buckets=4096",
        "Petacore 1 buckets=4096"
      })
  void unreadableFormats(String text) {
    assertNull(FormatRecord.decode(Bytes.utf8(text)));
  }

  @Test
  void formatsOfAnyReleaseAreRecognized() {
    assertTrue(FormatRecord.isFormat(FormatRecord.CURRENT.encode()));
    assertTrue(FormatRecord.isFormat(Bytes.utf8("petacore 9 something=else more=1")));
    assertFalse(FormatRecord.isFormat(Bytes.utf8("petacore")));
    assertFalse(FormatRecord.isFormat(Bytes.utf8("petacore is nice")));
    assertFalse(FormatRecord.isFormat(Bytes.utf8("petacore 1")));
    assertFalse(FormatRecord.isFormat(Bytes.utf8("another product")));
    assertFalse(FormatRecord.isFormat(Bytes.EMPTY));
  }

  @Test
  void arbitraryBytesAreDecodedOrRefused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      Bytes stored = Bytes.of(bytes);
      if (random.nextBoolean()) {
        stored = Bytes.utf8("petacore 1 buckets=").concat(stored);
      }
      FormatRecord decoded = FormatRecord.decode(stored);
      if (decoded != null) {
        assertEquals(stored, decoded.encode(), () -> "seed " + seed);
        assertTrue(FormatRecord.isFormat(stored), () -> "seed " + seed);
      }
    }
  }
}
