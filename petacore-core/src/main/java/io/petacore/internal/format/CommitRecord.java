package io.petacore.internal.format;

import io.petacore.data.Bytes;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What every commit leaves in the namespace: when, by whom, and which of its batches.
 *
 * @param hlc the sender's hybrid-logical-clock timestamp, nanoseconds since the epoch
 * @param session who sent it
 * @param batch the number of the batch within its session
 */
public record CommitRecord(long hlc, SessionId session, long batch) {

  private static final byte FORMAT = 1;
  private static final int LENGTH = 1 + Long.BYTES + SessionId.LENGTH + Long.BYTES;

  /**
   * A timestamp past this is taken for damage: let in, it would push the versions of all later
   * commits against the end of the number range.
   */
  private static final long LATEST_HLC =
      Instant.parse("2200-01-01T00:00:00Z").getEpochSecond() * 1_000_000_000L;

  /** The bytes that are stored. */
  public Bytes encode() {
    ByteBuffer buffer = ByteBuffer.allocate(LENGTH).put(FORMAT).putLong(hlc);
    session.putTo(buffer);
    return Bytes.of(buffer.putLong(batch).array());
  }

  /** The record that bytes stand for; null if they are malformed, on every node alike. */
  public static @Nullable CommitRecord decode(Bytes stored) {
    if (stored.length() != LENGTH || stored.byteAt(0) != FORMAT) {
      return null;
    }
    ByteBuffer buffer = stored.asReadOnlyByteBuffer().position(1);
    long hlc = buffer.getLong();
    if (hlc <= 0 || hlc > LATEST_HLC) {
      return null;
    }
    return new CommitRecord(hlc, SessionId.getFrom(buffer), buffer.getLong());
  }
}
