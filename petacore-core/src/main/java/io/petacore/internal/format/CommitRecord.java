package io.petacore.internal.format;

import io.petacore.data.Bytes;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The commit record, which every request of PetaCore writes: timestamp, session and batch of the
 * request.
 *
 * @param timestamp the sender's timestamp by the hybrid logical clock, in nanoseconds since the
 *     epoch; {@link #NO_TIMESTAMP} if the record has no valid one
 * @param session the session that sent the request
 * @param batch the sequence number of the batch within its session; {@link #NO_BATCH} for a request
 *     that commits no transactions
 */
public record CommitRecord(long timestamp, SessionId session, long batch) {

  /** Denotes the absence of a valid timestamp. */
  public static final long NO_TIMESTAMP = 0;

  /** The batch of a request that only acquires or releases the exclusive commit lock. */
  public static final long NO_BATCH = 0;

  private static final byte FORMAT = 1;
  private static final int LENGTH = 1 + Long.BYTES + SessionId.LENGTH + Long.BYTES;

  /**
   * The latest valid timestamp. Since all later commits get higher timestamps, a higher one would
   * exhaust the range of {@code long}.
   */
  private static final long LATEST_TIMESTAMP =
      Instant.parse("2200-01-01T00:00:00Z").getEpochSecond() * 1_000_000_000L;

  /** Encodes the record. */
  public Bytes encode() {
    ByteBuffer buffer = ByteBuffer.allocate(LENGTH).put(FORMAT).putLong(timestamp);
    session.putTo(buffer);
    return Bytes.of(buffer.putLong(batch).array());
  }

  /** Whether a timestamp is valid on every node: after 1970 and before 2200. */
  public static boolean isTimestamp(long timestamp) {
    return timestamp > NO_TIMESTAMP && timestamp <= LATEST_TIMESTAMP;
  }

  /** Whether the record has a valid timestamp. */
  public boolean hasTimestamp() {
    return timestamp != NO_TIMESTAMP;
  }

  /**
   * Decodes a record. A record with an invalid timestamp keeps its session and batch, by which its
   * sender recognizes its commits.
   *
   * @return null if the bytes are malformed, which is the same on every node
   */
  public static @Nullable CommitRecord decode(Bytes stored) {
    if (stored.length() != LENGTH || stored.byteAt(0) != FORMAT) {
      return null;
    }
    ByteBuffer buffer = stored.asReadOnlyByteBuffer().position(1);
    long timestamp = buffer.getLong();
    long valid = isTimestamp(timestamp) ? timestamp : NO_TIMESTAMP;
    return new CommitRecord(valid, SessionId.getFrom(buffer), buffer.getLong());
  }
}
