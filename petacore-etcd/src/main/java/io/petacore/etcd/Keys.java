package io.petacore.etcd;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.petacore.data.Bytes;
import io.petacore.store.KeyValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Byte strings and keys with their values, to etcd's messages and back. */
final class Keys {

  private Keys() {}

  /** Without a copy: both sides are immutable. */
  static ByteString encode(Bytes bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes.asReadOnlyByteBuffer());
  }

  /** Without a copy, where the message holds the bytes in an array of their own. */
  static Bytes decode(ByteString bytes) {
    Taken taken = new Taken(bytes.size());
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, taken);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    byte[] whole = taken.whole;
    return whole != null ? Bytes.wrap(whole) : Bytes.wrap(bytes.toByteArray());
  }

  /** Takes an immutable array, if it is given one that holds these bytes and nothing else. */
  private static final class Taken extends ByteOutput {
    private final int size;
    private byte @Nullable [] whole;

    Taken(int size) {
      this.size = size;
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
      if (length == size && length == value.length) {
        whole = value;
      }
    }

    @Override
    public void write(byte value) {}

    @Override
    public void write(byte[] value, int offset, int length) {}

    @Override
    public void write(ByteBuffer value) {}

    @Override
    public void writeLazy(ByteBuffer value) {}
  }

  static KeyValue decode(io.etcd.jetcd.api.KeyValue kv) {
    return new KeyValue(
        decode(kv.getKey()),
        decode(kv.getValue()),
        kv.getModRevision(),
        kv.getVersion(),
        kv.getLease());
  }
}
