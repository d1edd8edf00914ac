package io.petacore.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import org.junit.jupiter.api.Test;

class ReservedKeysTest {

  private static Bytes bytes(String text) {
    return Bytes.utf8(text);
  }

  /** The keys are part of the storage format and must not change. */
  @Test
  void theReservedKeysAreFixed() {
    assertEquals(bytes("\0c"), ReservedKeys.COMMIT_RECORD);
    assertEquals(bytes("\0f"), ReservedKeys.FORMAT);
    assertEquals(bytes("\0d/0"), ReservedKeys.deleteFence(0));
    assertEquals(bytes("\0d/fff"), ReservedKeys.deleteFence(4095));
  }

  @Test
  void keysStartingWithAZeroByteAreReserved() {
    assertTrue(ReservedKeys.isReserved(bytes("\0")));
    assertTrue(ReservedKeys.isReserved(bytes("\0anything")));
    assertFalse(ReservedKeys.isReserved(bytes("a\0")));
    assertFalse(ReservedKeys.isReserved(Bytes.of((byte) 1)));
    assertFalse(ReservedKeys.isReserved(Bytes.EMPTY));
  }

  @Test
  void theKeysOfThisReleaseAreKnown() {
    assertTrue(ReservedKeys.isKnown(bytes("\0c")));
    assertTrue(ReservedKeys.isKnown(bytes("\0f")));
    assertTrue(ReservedKeys.isKnown(bytes("\0x")));
    assertTrue(ReservedKeys.isKnown(bytes("\0d/7")));
    assertTrue(ReservedKeys.isKnown(bytes("\0s/7")));
    assertFalse(ReservedKeys.isKnown(bytes("\0")));
    assertFalse(ReservedKeys.isKnown(bytes("\0cc")));
    assertFalse(ReservedKeys.isKnown(bytes("\0d")));
    assertFalse(ReservedKeys.isKnown(bytes("\0s")));
    assertFalse(ReservedKeys.isKnown(bytes("\0y")));
    assertFalse(ReservedKeys.isKnown(bytes("c")));
  }

  @Test
  void deleteFencesAreRecognizedByTheirPrefix() {
    assertTrue(ReservedKeys.isDeleteFence(ReservedKeys.deleteFence(77)));
    assertFalse(ReservedKeys.isDeleteFence(bytes("\0d")));
    assertFalse(ReservedKeys.isDeleteFence(bytes("\0s/1")));
    assertFalse(ReservedKeys.isDeleteFence(bytes("d/1")));
  }

  @Test
  void aNestedFormatKeyIsNotTheOwnOne() {
    assertTrue(ReservedKeys.isNestedFormat(bytes("inner/\0f")));
    assertTrue(ReservedKeys.isNestedFormat(bytes("a/b/\0f")));
    assertFalse(ReservedKeys.isNestedFormat(bytes("\0f")));
    assertFalse(ReservedKeys.isNestedFormat(bytes("inner/f")));
    assertFalse(ReservedKeys.isNestedFormat(bytes("inner/\0g")));
    assertFalse(ReservedKeys.isNestedFormat(bytes("inner/\0ff")));
    assertFalse(ReservedKeys.isNestedFormat(bytes("f")));
    assertFalse(ReservedKeys.isNestedFormat(bytes("user/x\0f")), "no namespace ends like that");
    assertFalse(ReservedKeys.isNestedFormat(bytes("a\0b/\0f")), "nor has a zero byte");
    assertFalse(
        ReservedKeys.isNestedFormat(Bytes.of((byte) 0xff, (byte) '/', (byte) 0, (byte) 'f')));
    assertFalse(ReservedKeys.isNestedFormat(Bytes.EMPTY));
  }

  @Test
  void visibleRangesContainNoReservedKey() {
    assertEquals(KeyRange.all(), ReservedKeys.visible(KeyRange.prefix("")));
    assertFalse(ReservedKeys.visible(KeyRange.prefix("\0")).contains(ReservedKeys.COMMIT_RECORD));
    assertFalse(ReservedKeys.visible(KeyRange.single("\0c")).contains(bytes("\0c")));
    KeyRange across = ReservedKeys.visible(KeyRange.closedOpen("\0c", "b"));
    assertFalse(across.contains(bytes("\0d")));
    assertTrue(across.contains(bytes("a")));
    assertFalse(across.contains(bytes("b")));
    KeyRange data = KeyRange.closedOpen("a", "b");
    assertEquals(data, ReservedKeys.visible(data));
  }
}
