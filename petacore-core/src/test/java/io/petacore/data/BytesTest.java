package io.petacore.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytesTest {

  @Test
  void wrapDoesNotCopy() {
    byte[] array = {1, 2};
    Bytes bytes = Bytes.wrap(array);
    assertEquals(Bytes.of((byte) 1, (byte) 2), bytes);
    array[0] = 3; // violates the contract
    assertEquals(3, bytes.byteAt(0));
    assertSame(Bytes.EMPTY, Bytes.wrap(new byte[0]));
  }

  private static Bytes bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return Bytes.of(bytes);
  }

  @Test
  void ofAndToByteArrayCopy() {
    byte[] given = {1, 2, 3};
    Bytes bytes = Bytes.of(given);
    given[0] = 9;
    assertEquals(bytes(1, 2, 3), bytes);
    bytes.toByteArray()[0] = 9;
    assertEquals(bytes(1, 2, 3), bytes);
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
    assertThrows(ReadOnlyBufferException.class, () -> buffer.put(0, (byte) 9));
    byte[] copied = new byte[3];
    buffer.get(copied);
    assertArrayEquals(new byte[] {1, 2, 3}, copied);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "grün", "日本", "😀", "a😀b", "\0c", "\uFFFF"})
  void textSurvivesTheWayThroughUtf8(String text) {
    Bytes bytes = Bytes.utf8(text);
    assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), bytes.toByteArray());
    assertEquals(text, bytes.toUtf8());
  }

  /** A replacement character would map two different strings to one key. */
  @ParameterizedTest
  @ValueSource(strings = {"\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D", "\uD83D\uD83D\uDE00"})
  void anUnpairedSurrogateIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Bytes.utf8(text));
  }

  @Test
  void theExceptionNamesTheIndex() {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Bytes.utf8("😀a\uD83D"));
    assertTrue(refusal.toString().contains("index 3"), refusal.toString());
  }

  @Test
  void bytesThatAreNotUtf8AreNotRead() {
    for (Bytes malformed : List.of(bytes(0xff), bytes(0xc3), bytes(0xed, 0xa0, 0x80))) {
      assertThrows(IllegalStateException.class, malformed::toUtf8);
    }
  }

  @Test
  void orderIsByUnsignedBytesWithThePrefixFirst() {
    List<Bytes> ordered =
        List.of(
            Bytes.EMPTY,
            bytes(0),
            bytes(0, 0),
            bytes(0, 0xff),
            bytes(1),
            bytes(0x7f),
            bytes(0x80),
            bytes(0xff),
            bytes(0xff, 0));
    for (int i = 0; i < ordered.size(); i++) {
      for (int j = 0; j < ordered.size(); j++) {
        assertEquals(
            Integer.signum(Integer.compare(i, j)),
            Integer.signum(ordered.get(i).compareTo(ordered.get(j))),
            ordered.get(i) + " and " + ordered.get(j));
      }
    }
  }

  @Test
  void equalBytesAreEqualAndHashAlike() {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      byte[] content = new byte[random.nextInt(20)];
      random.nextBytes(content);
      assertEquals(Bytes.of(content), Bytes.of(content));
      assertEquals(Bytes.of(content).hashCode(), Bytes.of(content).hashCode());
      assertEquals(0, Bytes.of(content).compareTo(Bytes.of(content)));
    }
    assertNotEquals(bytes(1), bytes(1, 0));
    assertNotEquals(bytes(1), bytes(2));
    assertFalse(bytes(1).equals(null));
  }

  @Test
  void aHashIsTheSameEachTime() {
    Bytes bytes = Bytes.utf8("some key");
    assertEquals(bytes.hashCode(), bytes.hashCode());
    assertNotEquals(Bytes.utf8("some kez").hashCode(), bytes.hashCode());
  }

  /** Fails if keys can be chosen that collide in every process, as for strings. */
  @Test
  void keysChosenToCollideHaveDifferentHashes() {
    Set<Integer> hashes = new HashSet<>();
    for (int number = 0; number < 1 << 12; number++) {
      byte[] key = bytesOfEqualArrayHash(number);
      assertEquals(Arrays.hashCode(bytesOfEqualArrayHash(0)), Arrays.hashCode(key));
      hashes.add(Bytes.of(key).hashCode());
    }
    assertTrue(hashes.size() > 4_000, () -> "only " + hashes.size() + " hashes of 4,096 keys");
  }

  private static byte[] bytesOfEqualArrayHash(int number) {
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < 12; bit++) {
      text.append((number >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void substringsAndConcatenation() {
    Bytes bytes = bytes(1, 2, 3);
    assertEquals(3, bytes.length());
    assertEquals(2, bytes.byteAt(1));
    assertThrows(ArrayIndexOutOfBoundsException.class, () -> bytes.byteAt(3));
    assertEquals(bytes(1, 2, 3, 4), bytes.concat(bytes(4)));
    assertSame(bytes, bytes.concat(Bytes.EMPTY));
    assertSame(bytes, Bytes.EMPTY.concat(bytes));
    assertEquals(bytes(2, 3), bytes.substring(1));
    assertSame(bytes, bytes.substring(0));
    assertSame(Bytes.EMPTY, bytes.substring(3));
    assertThrows(IndexOutOfBoundsException.class, () -> bytes.substring(4));
    assertThrows(IndexOutOfBoundsException.class, () -> bytes.substring(-1));
    assertTrue(Bytes.of().isEmpty());
    assertFalse(bytes.isEmpty());
  }

  @Test
  void prefixesAreRecognized() {
    Bytes bytes = bytes(1, 2, 3);
    assertTrue(bytes.startsWith(Bytes.EMPTY));
    assertTrue(bytes.startsWith(bytes(1, 2)));
    assertTrue(bytes.startsWith(bytes));
    assertFalse(bytes.startsWith(bytes(2)));
    assertFalse(bytes.startsWith(bytes(1, 2, 3, 4)));
  }

  @Test
  void theCommonPrefixEndsAtTheFirstDifference() {
    Bytes bytes = bytes(1, 2, 3);
    assertEquals(2, bytes.commonPrefixLength(bytes(1, 2, 4, 5)));
    assertEquals(0, bytes.commonPrefixLength(bytes(2, 2, 3)));
    assertEquals(3, bytes.commonPrefixLength(bytes(1, 2, 3)));
    assertEquals(3, bytes.commonPrefixLength(bytes(1, 2, 3, 4)));
    assertEquals(2, bytes.commonPrefixLength(bytes(1, 2)));
    assertEquals(0, bytes.commonPrefixLength(Bytes.EMPTY));
  }

  @Test
  void theSuccessorIsTheNextPossibleKey() {
    assertEquals(bytes(1, 0), bytes(1).successor());
    assertEquals(bytes(0), Bytes.EMPTY.successor());
    assertEquals(bytes(0xff, 0), bytes(0xff).successor());
  }

  @Test
  void thePrefixEndIsTheLeastKeyAboveAllWithThePrefix() {
    assertEquals(bytes(1, 3), bytes(1, 2).prefixEnd());
    assertEquals(bytes(2), bytes(1, 0xff).prefixEnd());
    assertEquals(bytes(0x80), bytes(0x7f).prefixEnd());
    assertEquals(bytes(0xff), bytes(0xfe, 0xff, 0xff).prefixEnd());
    assertNull(bytes(0xff).prefixEnd());
    assertNull(bytes(0xff, 0xff).prefixEnd());
    assertNull(Bytes.EMPTY.prefixEnd());
  }

  @Test
  void toStringAbbreviates() {
    assertEquals("'key'", Bytes.utf8("key").toString());
    assertEquals("0x0063", Bytes.utf8("\0c").toString());
    assertEquals("0xff", bytes(0xff).toString());
    assertEquals("'" + "x".repeat(64) + "'", Bytes.utf8("x".repeat(64)).toString());
    String longText = Bytes.utf8("x".repeat(65)).toString();
    assertEquals("'" + "x".repeat(64) + "…' (65 bytes)", longText);
    assertEquals("0x" + "00".repeat(64) + "… (1000 bytes)", Bytes.of(new byte[1000]).toString());
  }

  @Test
  void theRemainingBytesOfABufferAreCopied() {
    byte[] source = {1, 2, 3, 4};
    ByteBuffer buffer = ByteBuffer.wrap(source, 1, 2);
    Bytes bytes = Bytes.of(buffer);
    source[1] = 9;
    assertEquals(Bytes.of((byte) 2, (byte) 3), bytes);
    assertEquals(2, buffer.remaining());
    assertSame(Bytes.EMPTY, Bytes.of(ByteBuffer.allocate(0)));
  }
}
