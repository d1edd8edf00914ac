package io.petacore.internal.format;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;

/**
 * PetaCore's own keys, as they stand after the namespace. All begin with a zero byte, which no key
 * of the application may, so one watch on the namespace delivers data and bookkeeping in one order.
 */
public final class ReservedKeys {

  /** Written first in every commit: a {@link CommitRecord}. */
  public static final Bytes COMMIT_RECORD = reserved("c");

  /** Written once: a {@link FormatRecord}. */
  public static final Bytes FORMAT = reserved("f");

  /** Held by the session that needs the field to itself. */
  public static final Bytes EXCLUSIVE_LOCK = reserved("x");

  private static final Bytes DELETE_FENCES = reserved("d/");
  private static final Bytes SESSION_FENCES = reserved("s/");

  private ReservedKeys() {}

  private static Bytes reserved(String name) {
    return Bytes.of(("\0" + name).getBytes(US_ASCII));
  }

  /** Whether a key, taken without its namespace, is PetaCore's. */
  public static boolean isReserved(Bytes key) {
    return !key.isEmpty() && key.byteAt(0) == 0;
  }

  /** Whether a reserved key is one that this release knows. */
  public static boolean isKnown(Bytes key) {
    return key.equals(COMMIT_RECORD)
        || key.equals(FORMAT)
        || key.equals(EXCLUSIVE_LOCK)
        || key.startsWith(DELETE_FENCES)
        || key.startsWith(SESSION_FENCES);
  }

  /** Whether a key is that of a delete fence. */
  public static boolean isDeleteFence(Bytes key) {
    return key.startsWith(DELETE_FENCES);
  }

  /** Whether a key is the fence of a session. */
  public static boolean isSessionFence(Bytes key) {
    return key.startsWith(SESSION_FENCES);
  }

  /** The key of a session's fence. */
  public static Bytes sessionFence(SessionId session) {
    return sessionFence(Bytes.utf8(session.toString()));
  }

  /** The key of the fence of a session that a value names. */
  public static Bytes sessionFence(Bytes session) {
    return SESSION_FENCES.concat(session);
  }

  /** The key of the delete fence of a bucket. */
  static Bytes deleteFence(int bucket) {
    return reserved("d/" + Integer.toHexString(bucket));
  }

  /**
   * Whether a key is where a namespace inside this one keeps its format: a name that a namespace
   * may have, followed by the format key.
   */
  public static boolean isNestedFormat(Bytes key) {
    int name = key.length() - FORMAT.length();
    return name > 0
        && key.byteAt(name) == 0
        && key.byteAt(name + 1) == 'f'
        && Namespace.isName(key.prefixOf(name));
  }

  /** The part of a range that the application may see. */
  public static KeyRange visible(KeyRange range) {
    return range.startingAt(KeyRange.all().from());
  }
}
