package io.petacore.internal.format;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final Bytes KEY = Bytes.utf8("the-key");

  private final Limits limits = new Limits(10);

  private static Bytes ofLength(int length) {
    return Bytes.utf8("k".repeat(length));
  }

  private static void assertRefused(String saying, Runnable call) {
    IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, call::run);
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.contains(saying), message);
  }

  @Test
  void keys() {
    assertSame(KEY, Limits.requireKey(KEY));
    Bytes longest = ofLength(4096);
    assertSame(longest, Limits.requireKey(longest));
    assertFalse(Limits.isTooLong(longest));
    assertTrue(Limits.isTooLong(ofLength(4097)));
    assertTrue(String.valueOf(Limits.tooLong(ofLength(4097)).getMessage()).contains("4096"));
    assertRefused("empty", () -> Limits.requireKey(Bytes.EMPTY));
    assertRefused("zero byte", () -> Limits.requireKey(Bytes.utf8("\0c")));
  }

  @Test
  void values() {
    Bytes largest = ofLength(10);
    assertSame(largest, limits.requireValue(KEY, largest));
    assertSame(Bytes.EMPTY, limits.requireValue(KEY, Bytes.EMPTY));
    assertRefused("11", () -> limits.requireValue(KEY, ofLength(11)));
    assertRefused("the limit is 10", () -> limits.requireValue(KEY, ofLength(11)));
    assertRefused("the-key", () -> limits.requireValue(KEY, ofLength(11)));
  }

  @Test
  void aWriteCannotCreateANestedNamespace() {
    Limits limits = new Limits(1000);
    Bytes nested = Bytes.utf8("inner/\0f");
    Bytes format = FormatRecord.CURRENT.encode();
    assertRefused("namespace inside", () -> limits.requireValue(nested, format));
    Bytes text = Bytes.utf8("petacore is nice");
    assertSame(text, limits.requireValue(nested, text));
    assertSame(format, limits.requireValue(Bytes.utf8("user/x\0f"), format));
  }

  @Test
  void theLargestValueFitsIntoARequest() {
    int request = 1 << 20;
    int value = Limits.forRequestsOf(request).maxValueBytes();
    assertTrue(value < request - 2 * Limits.MAX_KEY_BYTES, "its key, guarded and written");
    assertTrue(value > request * 9 / 10, "and not much is left");
    assertTrue(Limits.forRequestsOf(1).maxValueBytes() > 0);
  }
}
