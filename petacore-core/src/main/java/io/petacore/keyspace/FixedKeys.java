package io.petacore.keyspace;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;

/** Keys whose encodings have the same length: a type code, and numbers in big-endian order. */
final class FixedKeys {

  static final KeyCodec<UUID> UUIDS = new UuidKeys();
  static final KeyCodec<Instant> INSTANTS = new InstantKeys();

  private FixedKeys() {}

  private static void expect(int code, KeyReader in, String type) {
    int found = in.next();
    if (found != code) {
      throw in.malformed("0x" + Integer.toHexString(found) + " is not the type code of " + type);
    }
  }

  private static final class UuidKeys implements KeyCodec<UUID> {
    private static final int CODE = 0x30;

    @Override
    public int size(UUID key) {
      return 1 + 2 * Long.BYTES;
    }

    @Override
    public int encode(UUID key, byte[] target, int offset) {
      target[offset] = CODE;
      int middle =
          KeyEncodings.putBigEndian(key.getMostSignificantBits(), Long.BYTES, target, offset + 1);
      return KeyEncodings.putBigEndian(key.getLeastSignificantBits(), Long.BYTES, target, middle);
    }

    @Override
    public UUID decode(KeyReader in) {
      expect(CODE, in, "a UUID");
      return new UUID(in.next(Long.BYTES), in.next(Long.BYTES));
    }

    @Override
    public String toString() {
      return "uuid";
    }
  }

  /** Seconds since the epoch with the sign bit flipped, so that they sort unsigned; nanoseconds. */
  private static final class InstantKeys implements KeyCodec<Instant> {
    private static final int CODE = 0x40;
    private static final int MAX_NANOS = 999_999_999;

    @Override
    public int size(Instant key) {
      return 1 + Long.BYTES + Integer.BYTES;
    }

    @Override
    public int encode(Instant key, byte[] target, int offset) {
      target[offset] = CODE;
      long seconds = key.getEpochSecond() ^ Long.MIN_VALUE;
      int middle = KeyEncodings.putBigEndian(seconds, Long.BYTES, target, offset + 1);
      return KeyEncodings.putBigEndian(key.getNano(), Integer.BYTES, target, middle);
    }

    @Override
    public Instant decode(KeyReader in) {
      expect(CODE, in, "an instant");
      long seconds = in.next(Long.BYTES) ^ Long.MIN_VALUE;
      long nanos = in.next(Integer.BYTES);
      if (nanos > MAX_NANOS) {
        throw in.malformed("an instant has " + nanos + " nanoseconds");
      }
      try {
        return Instant.ofEpochSecond(seconds, nanos);
      } catch (DateTimeException outOfRange) {
        throw in.malformed("an instant is out of range: " + seconds + " s");
      }
    }

    @Override
    public String toString() {
      return "instant";
    }
  }
}
