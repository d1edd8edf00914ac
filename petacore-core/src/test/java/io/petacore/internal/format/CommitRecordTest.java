package io.petacore.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommitRecordTest {
  private static final SessionId SESSION = new SessionId(0x1122334455667788L, -2);
  private static final CommitRecord RECORD = new CommitRecord(0x0102030405060708L, SESSION, 9);
  private static final String STORED =
      "01" + "0102030405060708" + "1122334455667788fffffffffffffffe" + "0000000000000009";

  private static Bytes hex(String digits) {
    return Bytes.of(HexFormat.of().parseHex(digits));
  }

  private static Bytes withTimestamp(long timestamp) {
    return new CommitRecord(timestamp, SESSION, 1).encode();
  }

  /** The encoding is part of the storage format and must not change. */
  @Test
  void theEncodingIsFixed() {
    assertEquals(hex(STORED), RECORD.encode());
    assertEquals(RECORD, CommitRecord.decode(hex(STORED)));
  }

  @Test
  void encodedRecordsAreDecoded() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      CommitRecord record =
          new CommitRecord(
              1 + (random.nextLong() >>> 2) / 2,
              new SessionId(random.nextLong(), random.nextLong()),
              random.nextLong());
      assertEquals(record, CommitRecord.decode(record.encode()), () -> "seed " + seed);
    }
  }

  @Test
  void anotherFormatOrLengthIsMalformed() {
    assertNull(CommitRecord.decode(Bytes.EMPTY));
    assertNull(CommitRecord.decode(hex("01")));
    assertNull(CommitRecord.decode(hex("02" + STORED.substring(2))));
    assertNull(CommitRecord.decode(hex("00" + STORED.substring(2))));
    assertNull(CommitRecord.decode(hex(STORED + "00")));
    assertNull(CommitRecord.decode(hex(STORED.substring(0, STORED.length() - 2))));
  }

  @Test
  void anInvalidTimestampLeavesSessionAndBatchReadable() {
    long latest = Instant.parse("2200-01-01T00:00:00Z").getEpochSecond() * 1_000_000_000L;
    assertEquals(latest, timestamp(withTimestamp(latest)));
    assertEquals(1, timestamp(withTimestamp(1)));
    for (long bad : new long[] {latest + 1, Long.MAX_VALUE, 0, -1, Long.MIN_VALUE}) {
      assertFalse(CommitRecord.isTimestamp(bad));
      CommitRecord expected = new CommitRecord(CommitRecord.NO_TIMESTAMP, SESSION, 1);
      assertEquals(expected, CommitRecord.decode(withTimestamp(bad)));
      assertFalse(expected.hasTimestamp());
    }
  }

  private static long timestamp(Bytes stored) {
    CommitRecord decoded = CommitRecord.decode(stored);
    return decoded == null ? -1 : decoded.timestamp();
  }

  @Test
  void arbitraryBytesAreDecodedOrMalformed() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(80) : 33];
      random.nextBytes(bytes);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[0] = 1;
      }
      CommitRecord decoded = CommitRecord.decode(Bytes.of(bytes));
      if (decoded != null) {
        assertTrue(decoded.timestamp() >= 0, () -> "seed " + seed);
        if (decoded.hasTimestamp()) {
          assertEquals(Bytes.of(bytes), decoded.encode(), () -> "seed " + seed);
        }
      }
    }
  }

  @Test
  void sessionIdsAreHexadecimalAndUnique() {
    assertEquals("1122334455667788fffffffffffffffe", SESSION.toString());
    assertEquals("00000000000000010000000000000002", new SessionId(1, 2).toString());
    SessionId[] some = new SessionId[100];
    Arrays.setAll(some, i -> SessionId.random());
    assertEquals(100, Arrays.stream(some).distinct().count());
    assertEquals(100, Arrays.stream(some).map(SessionId::high).distinct().count());
    assertNotEquals(some[0].high(), some[0].low());
  }
}
