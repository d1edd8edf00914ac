package io.petacore.internal.format;

import io.petacore.data.Bytes;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What every request of PetaCore writes in the namespace: its timestamp, its session, its batch.
 *
 * @param timestamp the sender's hybrid-logical-clock timestamp, nanoseconds since the epoch; {@link
 *     #NO_TIMESTAMP} if the record has none that can be believed
 * @param session the session that sent the request
 * @param batch the number of the batch within its session; {@link #NO_BATCH} for a request that
 *     commits no transactions
 */
public record CommitRecord(long timestamp, SessionId session, long batch) {

  /** The timestamp of a record without one: the revision then follows the one before it. */
  public static final long NO_TIMESTAMP = 0;

  /** The batch of a request about the exclusive commit lock, which commits no transactions. */
  public static final long NO_BATCH = 0;

  private static final byte FORMAT = 1;
  private static final int LENGTH = 1 + Long.BYTES + SessionId.LENGTH + Long.BYTES;

  /**
   * A timestamp past this is not believed: let in, it would push the timestamps of all later
   * commits against the end of the number range.
   */
  private static final long LATEST_TIMESTAMP =
      Instant.parse("2200-01-01T00:00:00Z").getEpochSecond() * 1_000_000_000L;

  /** The bytes that are stored. */
  public Bytes encode() {
    ByteBuffer buffer = ByteBuffer.allocate(LENGTH).put(FORMAT).putLong(timestamp);
    session.putTo(buffer);
    return Bytes.of(buffer.putLong(batch).array());
  }

  /** Whether a clock's reading is a timestamp that every node accepts: after 1970, before 2200. */
  public static boolean isTimestamp(long timestamp) {
    return timestamp > NO_TIMESTAMP && timestamp <= LATEST_TIMESTAMP;
  }

  /** Whether the revision that wrote the record takes its timestamp from it. */
  public boolean hasTimestamp() {
    return timestamp != NO_TIMESTAMP;
  }

  /**
   * The record that bytes stand for; null if they are malformed, on every node alike. Session and
   * batch of a record are read even where its timestamp is not believed: its sender recognizes its
   * commits by them.
   */
  public static @Nullable CommitRecord decode(Bytes stored) {
    if (stored.length() != LENGTH || stored.byteAt(0) != FORMAT) {
      return null;
    }
    ByteBuffer buffer = stored.asReadOnlyByteBuffer().position(1);
    long timestamp = buffer.getLong();
    long believed = isTimestamp(timestamp) ? timestamp : NO_TIMESTAMP;
    return new CommitRecord(believed, SessionId.getFrom(buffer), buffer.getLong());
  }
}
