package io.petacore.zstd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import io.petacore.keyspace.Codec;
import io.petacore.keyspace.Compression;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Values compressed with Zstandard. */
class ZstdTest {

  private static final Bytes KEY = Bytes.utf8("key");
  private static final String TEXT = "petacore ".repeat(100);

  @Test
  void compressedOnlyWhereItGains() {
    Codec<String> codec = Zstd.compressed(Codec.utf8());
    assertTrue(codec.encode(KEY, TEXT).length() < TEXT.length() / 5);
    for (String text : List.of("", "a", "abc", TEXT)) {
      assertEquals(text, codec.decode(KEY, codec.encode(KEY, text)));
      assertEquals(text, codec.decode(KEY, Bytes.utf8(text)), "written before compression");
    }
    assertThrows(IllegalArgumentException.class, () -> Zstd.compression(0));
  }

  /** Each refuses the other's values with a message that helps, unless both are listed. */
  @Test
  void besideDeflate() {
    Codec<String> zstd = Zstd.compressed(Codec.utf8());
    Codec<String> deflate = Codec.compressed(Codec.utf8());
    Codec<String> both =
        Codec.compressed(Codec.utf8(), 1 << 20, Zstd.compression(3), Compression.deflate());
    assertMalformed("deflate", zstd, deflate.encode(KEY, TEXT));
    assertMalformed("petacore-zstd", deflate, zstd.encode(KEY, TEXT));
    assertEquals(TEXT, both.decode(KEY, deflate.encode(KEY, TEXT)));
    assertEquals(TEXT, both.decode(KEY, zstd.encode(KEY, TEXT)));
  }

  private static void assertMalformed(String reason, Codec<String> codec, Bytes value) {
    String message =
        String.valueOf(
            assertThrows(ValueFormatException.class, () -> codec.decode(KEY, value)).getMessage());
    assertTrue(message.contains(reason), message);
  }

  /** Fails if the size in a value is believed. */
  @Test
  void aBombIsRefused() {
    Codec<String> small = Codec.compressed(Codec.utf8(), 1_000, Zstd.compression());
    Bytes bomb = Zstd.compressed(Codec.utf8()).encode(KEY, "0".repeat(1_000_000));
    assertMalformed("over 1000", small, bomb);
    for (int size : new int[] {0, 999, 1_000}) {
      byte[] changed = bomb.toByteArray();
      ByteBuffer.wrap(changed).putInt(1, size);
      assertMalformed("not one of " + size, small, Bytes.of(changed));
    }
  }

  /** A value or malformed, whatever bytes there are. */
  @Test
  void fuzz() {
    Codec<String> codec = Zstd.compressed(Codec.utf8());
    byte[] example = codec.encode(KEY, TEXT).toByteArray();
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      byte[] input = example.clone();
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        input[random.nextInt(input.length)] = (byte) random.nextInt(256);
      }
      try {
        assertTrue(codec.decode(KEY, Bytes.of(input)).length() <= 16 << 20);
      } catch (ValueFormatException malformed) {
        assertEquals(KEY, malformed.key());
      } catch (RuntimeException | Error e) {
        throw new AssertionError("input " + Bytes.of(input) + ", seed " + seed, e);
      }
    }
  }
}
