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

/** Converts byte strings and entries to messages of etcd and back. */
final class Keys {

  private Keys() {}

  /** Encodes without a copy, since both sides are immutable. */
  static ByteString encode(Bytes bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes.asReadOnlyByteBuffer());
  }

  /** Decodes without a copy, if the message has the bytes in a separate array. */
  static Bytes decode(ByteString bytes) {
    Captured captured = new Captured(bytes.size());
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, captured);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] whole = captured.whole;
    return whole != null ? Bytes.wrap(whole) : Bytes.wrap(bytes.toByteArray());
  }

  /** Captures the array if it contains exactly these bytes. */
  private static final class Captured extends ByteOutput {
    private final int size;
    private byte @Nullable [] whole;

    Captured(int size) {
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
