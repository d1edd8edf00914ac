package io.petacore.internal.format;

import io.petacore.data.Bytes;
import java.util.zip.CRC32C;

/**
 * The delete fences of a namespace: which key falls in which bucket, and which key in the store
 * stands for a bucket.
 *
 * <p>A request that deletes a key writes the key's fence; a transaction that creates a key guards
 * it. That closes the one gap that guards by mod revision have: a key created and deleted again
 * since the snapshot has mod revision 0, as if nothing had happened.
 *
 * <p>All nodes must agree on the buckets, so the hash is part of the storage format: CRC-32C of the
 * application's key, modulo the number of buckets that the {@link FormatRecord} names. Immutable.
 */
public final class DeleteFences {

  private final Bytes[] keys;

  /** Fences with a number of buckets, at least 1. */
  public DeleteFences(int buckets) {
    keys = new Bytes[buckets];
    for (int bucket = 0; bucket < buckets; bucket++) {
      keys[bucket] = ReservedKeys.deleteFence(bucket);
    }
  }

  /** The key, without namespace, of the fence that guards a key of the application. */
  public Bytes fenceOf(Bytes key) {
    CRC32C crc = new CRC32C();
    crc.update(key.asReadOnlyByteBuffer());
    return keys[(int) (crc.getValue() % keys.length)];
  }
}
