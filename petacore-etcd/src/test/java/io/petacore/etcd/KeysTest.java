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
  void everyFormOfAByteStringIsDecoded() {
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

  /** Broken if a value of a megabyte were held in memory twice while it is decoded. */
  @Test
  void anArrayOfItsOwnIsTakenAsItIs() {
    byte[] array = ARRAY.clone();
    Bytes decoded = Keys.decode(UnsafeByteOperations.unsafeWrap(array));
    array[0] = 9; // which nobody may do
    assertEquals(9, decoded.byteAt(0));
  }
}
