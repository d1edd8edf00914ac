package io.petacore.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import io.petacore.testing.Mutations;
import io.petacore.testing.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Codecs of values and their wrappers. */
class CodecTest {

  private static final Bytes KEY = Bytes.utf8("city/1");
  private static final String LONG_TEXT = "petacore ".repeat(100);

  private static SecretKey secret(int first) {
    byte[] key = new byte[16];
    key[0] = (byte) first;
    return new SecretKeySpec(key, "AES");
  }

  private static final EncryptionKeys KEYS = EncryptionKeys.of(1, Map.of(1, secret(1)));

  private static <V> void assertMalformed(String reason, Codec<V> codec, Bytes key, Bytes value) {
    ValueFormatException thrown =
        assertThrows(ValueFormatException.class, () -> codec.decode(key, value));
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.contains(reason), message);
    assertTrue(message.contains(key.toString()), message);
    assertTrue(message.contains(codec.toString()), message);
  }

  private static <V> void assertBack(Codec<V> codec, V value) {
    assertEquals(value, codec.decode(KEY, codec.encode(KEY, value)));
  }

  @Test
  void plainValues() {
    for (long number : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertBack(Codec.int64(), number);
      assertBack(Codec.decimal(), number);
    }
    assertBack(Codec.utf8(), "é");
    assertBack(Codec.bytes(), Bytes.EMPTY);
    assertBack(Codec.utf8().map(Integer::valueOf, String::valueOf), 7);
    assertMalformed("8 bytes", Codec.int64(), KEY, Bytes.utf8("7"));
    assertMalformed("x7", Codec.decimal(), KEY, Bytes.utf8("x7"));
    assertMalformed("0xff", Codec.utf8(), KEY, Bytes.of((byte) 0xff));
    assertMalformed(
        "NumberFormatException",
        Codec.utf8().map(Integer::valueOf, String::valueOf),
        KEY,
        Bytes.utf8("x"));
  }

  @Test
  void compressedOnlyWhereItGains() {
    Codec<String> codec = Codec.compressed(Codec.utf8());
    Bytes compressed = codec.encode(KEY, LONG_TEXT);
    assertTrue(compressed.length() < LONG_TEXT.length() / 5);
    assertEquals(LONG_TEXT, codec.decode(KEY, compressed));
    assertEquals(1 + 3, codec.encode(KEY, "abc").length());
    for (String text : List.of("", "a", "abc", "abcdefghijkl", LONG_TEXT)) {
      assertBack(codec, text);
      assertEquals(text, codec.decode(KEY, Bytes.utf8(text)), "written before compression");
    }
  }

  /** Fails if the size in a value is believed, or decompression does not stop at it. */
  @Test
  void aBombIsRefused() {
    Codec<String> small = Codec.compressed(Codec.utf8(), 1_000, Compression.deflate());
    Bytes bomb = Codec.compressed(Codec.utf8()).encode(KEY, "0".repeat(1_000_000));
    assertTrue(bomb.length() < 2_000);
    assertMalformed("1000000 bytes, over 1000", small, KEY, bomb);
    byte[] understated = bomb.toByteArray();
    ByteBuffer.wrap(understated).putInt(1, 999);
    assertMalformed("does not end", small, KEY, Bytes.of(understated));
    byte[] overstated = small.encode(KEY, LONG_TEXT).toByteArray();
    ByteBuffer.wrap(overstated).putInt(1, 16 << 20);
    assertMalformed("can't be", Codec.compressed(Codec.utf8()), KEY, Bytes.of(overstated));
    assertThrows(IllegalArgumentException.class, () -> small.encode(KEY, "0".repeat(1_001)));
  }

  @Test
  void anotherCompressionIsNamed() {
    Bytes zstd = Bytes.of((byte) 0xfa, (byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 7);
    assertMalformed("petacore-zstd", Codec.compressed(Codec.utf8()), KEY, zstd);
  }

  @Test
  void encryptedValuesBelongToTheirKey() {
    Codec<String> codec = Codec.encrypted(Codec.utf8(), KEYS);
    Bytes value = codec.encode(KEY, "secret");
    assertEquals("secret", codec.decode(KEY, value));
    assertNotEquals(value, codec.encode(KEY, "secret"), "a nonce was used twice");
    assertMalformed("not what key 1", codec, Bytes.utf8("city/2"), value);
    for (int i = 5; i < value.length(); i++) {
      byte[] changed = value.toByteArray();
      changed[i] ^= 1;
      assertMalformed("not what key 1", codec, KEY, Bytes.of(changed));
    }
    assertMalformed("not encrypted", codec, KEY, Bytes.utf8("secret in plain text, and long"));
  }

  @Test
  void keysRotate() {
    Codec<String> old = Codec.encrypted(Codec.utf8(), KEYS);
    Codec<String> both =
        Codec.encrypted(Codec.utf8(), EncryptionKeys.of(2, Map.of(1, secret(1), 2, secret(2))));
    Bytes before = old.encode(KEY, "a");
    Bytes after = both.encode(KEY, "b");
    assertEquals("a", both.decode(KEY, before));
    assertEquals("b", both.decode(KEY, after));
    assertMalformed("key 2, which is unknown", old, KEY, after);
    assertThrows(IllegalArgumentException.class, () -> EncryptionKeys.of(3, Map.of()));
  }

  /** Fails if the message of an inner decoder passes through. */
  @Test
  void messagesDoNotShowSecrets() {
    Codec<String> text = Codec.encrypted(Codec.utf8(), KEYS);
    Codec<Long> number = Codec.encrypted(Codec.decimal(), KEYS);
    ValueFormatException thrown =
        assertThrows(
            ValueFormatException.class, () -> number.decode(KEY, text.encode(KEY, "password")));
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      assertFalse(message.contains("password") || message.contains("70617373"), message);
    }
    assertBack(Codec.encrypted(Codec.compressed(Codec.utf8()), KEYS), LONG_TEXT);
  }

  @Test
  void olderVersionsAreRead() {
    Codec<Long> first = Codec.decimal();
    Codec<Long> second = Codec.versioned(1, Codec.int64()).readingUnmarked(first);
    VersionedCodec<Long> third =
        Codec.versioned(2, Codec.decimal().map(n -> n / 100, n -> n * 100))
            .readingUnmarked(first)
            .reading(1, Codec.int64());
    assertEquals(7L, third.decode(KEY, first.encode(KEY, 7L)));
    assertEquals(7L, third.decode(KEY, second.encode(KEY, 7L)));
    assertBack(third, 7L);
    assertEquals(4 + 2 + 8, 4 + second.encode(KEY, 7L).length());
    assertMalformed("version 2 is unknown", second, KEY, third.encode(KEY, 7L));
    assertMalformed("no version", Codec.versioned(2, first), KEY, Bytes.utf8("7"));
    assertThrows(IllegalArgumentException.class, () -> third.reading(1, first));
    assertThrows(IllegalArgumentException.class, () -> Codec.versioned(256, first));
  }

  /** Anything is a value or malformed, within bounds of time and memory. */
  @Test
  void fuzz() {
    Codec<String> text = Codec.utf8();
    List<Codec<?>> codecs =
        List.of(
            text,
            Codec.int64(),
            Codec.decimal(),
            Codec.compressed(text),
            Codec.encrypted(text, KEYS),
            Codec.versioned(1, Codec.compressed(Codec.decimal())).readingUnmarked(Codec.int64()),
            Codec.compressed(Codec.versioned(3, Codec.int64())));
    long seed = Seeds.one();
    List<byte[]> examples = new ArrayList<>();
    for (String example : List.of("", "7", "1234567890123", LONG_TEXT, "{\"a\":1}")) {
      examples.add(Bytes.utf8(example).toByteArray());
      examples.add(Codec.compressed(text).encode(KEY, example).toByteArray());
      examples.add(Codec.encrypted(text, KEYS).encode(KEY, example).toByteArray());
      examples.add(Codec.versioned(1, text).encode(KEY, example).toByteArray());
    }
    Mutations mutations =
        new Mutations(
            new Random(seed),
            examples,
            (byte) 0xf8,
            (byte) 0xf9,
            (byte) 0xfb,
            (byte) 0xfc,
            (byte) 0);
    int decoded = 0;
    for (int i = 0; i < 20_000; i++) {
      Bytes input = Bytes.of(mutations.next());
      for (Codec<?> codec : codecs) {
        try {
          codec.decode(KEY, input);
          decoded++;
        } catch (ValueFormatException malformed) {
          assertEquals(KEY, malformed.key());
        } catch (RuntimeException | Error e) {
          throw new AssertionError(codec + " of " + input + Seeds.replay(seed), e);
        }
      }
    }
    assertTrue(decoded > 0, "some are well-formed still");
  }
}
