package io.petacore.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.petacore.data.Bytes;
import io.petacore.store.KeyValue;

/** Byte strings and keys with their values, to etcd's messages and back. */
final class Keys {

  private Keys() {}

  /** Without a copy: both sides are immutable. */
  static ByteString encode(Bytes bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes.asReadOnlyByteBuffer());
  }

  static Bytes decode(ByteString bytes) {
    return Bytes.of(bytes.asReadOnlyByteBuffer());
  }

  static KeyValue decode(io.etcd.jetcd.api.KeyValue kv) {
    return new KeyValue(
        decode(kv.getKey()), decode(kv.getValue()), kv.getModRevision(), kv.getVersion());
  }
}
