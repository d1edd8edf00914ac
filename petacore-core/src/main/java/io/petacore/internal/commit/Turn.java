package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.format.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The turn: held by a session whose large transaction could not get through, because its one guard,
 * on the commit record, fails whenever anybody commits. Every request guards it as absent, except
 * those of its holder. What the watch shows of it. Guarded by the pipeline's lock.
 */
final class Turn {

  private long modRevision;
  private @Nullable Bytes holder;

  /** The watch has shown it; 0 and null if it was given back. */
  void seen(long revision, @Nullable Bytes value) {
    modRevision = revision;
    holder = value;
  }

  boolean isHeldBy(SessionId session) {
    return holder != null && holder.equals(nameOf(session));
  }

  boolean isHeldByOtherThan(SessionId session) {
    return holder != null && !holder.equals(nameOf(session));
  }

  /** What a request of a session guards it by. */
  long guardFor(SessionId session) {
    return isHeldBy(session) ? modRevision : 0;
  }

  static Bytes nameOf(SessionId session) {
    return Bytes.utf8(session.toString());
  }
}
