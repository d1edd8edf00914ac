package io.petacore.internal.format;

import io.petacore.data.Bytes;
import java.util.zip.CRC32C;

/**
 * The delete fences of a namespace: the mapping of keys to buckets, and of buckets to fence keys.
 *
 * <p>A request that deletes a key writes the key's fence, and a transaction that creates a key
 * guards it. This closes a gap of guards by mod revision: a key that was created and deleted since
 * the snapshot has mod revision 0 again, as if it had never changed.
 *
 * <p>All nodes must agree on the buckets, so the hash is part of the storage format: CRC-32C of the
 * application's key, modulo the number of buckets in the {@link FormatRecord}. Immutable.
 */
public final class DeleteFences {

  private final Bytes[] keys;

  /**
   * @param buckets the number of buckets, at least 1
   */
  public DeleteFences(int buckets) {
    keys = new Bytes[buckets];
    for (int bucket = 0; bucket < buckets; bucket++) {
      keys[bucket] = ReservedKeys.deleteFence(bucket);
    }
  }

  /** Returns the fence of a key of the application, without namespace. */
  public Bytes fenceOf(Bytes key) {
    CRC32C crc = new CRC32C();
    crc.update(key.asReadOnlyByteBuffer());
    return keys[(int) (crc.getValue() % keys.length)];
  }
}
