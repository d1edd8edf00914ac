package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.petacore.data.Bytes;
import org.junit.jupiter.api.Test;

class KeysTest {

  private static final byte[] ARRAY = {1, 2, 3, 4};

  @Test
  void everyKindOfByteStringIsDecoded() {
    ByteString whole = ByteString.copyFrom(ARRAY);
    assertEquals(Bytes.of(ARRAY), Keys.decode(whole));
    assertEquals(Bytes.of((byte) 2, (byte) 3), Keys.decode(whole.substring(1, 3)));
    assertEquals(Bytes.of((byte) 1, (byte) 2), Keys.decode(whole.substring(0, 2)));
    ByteString rope = ByteString.copyFrom(new byte[500]).concat(whole);
    assertEquals(Bytes.of(rope.toByteArray()), Keys.decode(rope));
    assertSame(Bytes.EMPTY, Keys.decode(ByteString.EMPTY));
    assertEquals(
        Bytes.of(ARRAY),
        Keys.decode(UnsafeByteOperations.unsafeWrap(Bytes.of(ARRAY).asReadOnlyByteBuffer())));
  }

  /** Fails if a large value is copied while it is decoded. */
  @Test
  void aSeparateArrayIsNotCopied() {
    byte[] array = ARRAY.clone();
    Bytes decoded = Keys.decode(UnsafeByteOperations.unsafeWrap(array));
    array[0] = 9; // visible only without a copy
    assertEquals(9, decoded.byteAt(0));
  }
}
