package io.petacore.internal.format;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;

/**
 * The reserved keys, without their namespace. They begin with a zero byte, which keys of the
 * application must not, so a single watch on the namespace delivers data and bookkeeping in order.
 */
public final class ReservedKeys {

  /** A {@link CommitRecord}, the first put of every commit. */
  public static final Bytes COMMIT_RECORD = reserved("c");

  /** A {@link FormatRecord}, written once. */
  public static final Bytes FORMAT = reserved("f");

  /** The exclusive commit lock; its value names the session that holds it. */
  public static final Bytes EXCLUSIVE_LOCK = reserved("x");

  private static final Bytes DELETE_FENCES = reserved("d/");
  private static final Bytes SESSION_FENCES = reserved("s/");

  /** Above all bookkeeping, which is read whole under each new watch. */
  private static final Bytes UNIQUE_CLAIMS = reserved("z/");

  private ReservedKeys() {}

  private static Bytes reserved(String name) {
    return Bytes.of(("\0" + name).getBytes(US_ASCII));
  }

  /** Whether a key without namespace is reserved. */
  public static boolean isReserved(Bytes key) {
    return !key.isEmpty() && key.byteAt(0) == 0;
  }

  /** Whether this release knows a reserved key. */
  public static boolean isKnown(Bytes key) {
    return key.equals(COMMIT_RECORD)
        || key.equals(FORMAT)
        || key.equals(EXCLUSIVE_LOCK)
        || key.startsWith(DELETE_FENCES)
        || key.startsWith(SESSION_FENCES)
        || key.startsWith(UNIQUE_CLAIMS);
  }

  /** Whether a key is the claim of a unique index key. */
  public static boolean isUniqueClaim(Bytes key) {
    return key.startsWith(UNIQUE_CLAIMS);
  }

  /**
   * Returns the claim of a unique index key.
   *
   * @param index the name of the index, which has no slash
   */
  public static Bytes uniqueClaim(String index, Bytes indexKey) {
    return UNIQUE_CLAIMS.concat(Bytes.utf8(index + "/")).concat(indexKey);
  }

  /** Whether a key is a delete fence. */
  public static boolean isDeleteFence(Bytes key) {
    return key.startsWith(DELETE_FENCES);
  }

  /** Whether a key is a session fence. */
  public static boolean isSessionFence(Bytes key) {
    return key.startsWith(SESSION_FENCES);
  }

  /** Returns the fence of a session. */
  public static Bytes sessionFence(SessionId session) {
    return sessionFence(Bytes.utf8(session.toString()));
  }

  /** Returns the fence of the session that a value names. */
  public static Bytes sessionFence(Bytes session) {
    return SESSION_FENCES.concat(session);
  }

  /** Returns the delete fence of a bucket. */
  static Bytes deleteFence(int bucket) {
    return reserved("d/" + Integer.toHexString(bucket));
  }

  /**
   * Whether a key would be the format key of a nested namespace: a valid namespace name followed by
   * the format key.
   */
  public static boolean isNestedFormat(Bytes key) {
    int name = key.length() - FORMAT.length();
    return name > 0
        && key.byteAt(name) == 0
        && key.byteAt(name + 1) == 'f'
        && Namespace.isName(key.prefixOf(name));
  }

  /** Restricts a range to the keys that an application may use. */
  public static KeyRange visible(KeyRange range) {
    return range.startingAt(KeyRange.all().from());
  }
}
