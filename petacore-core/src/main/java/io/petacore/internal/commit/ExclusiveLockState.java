package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The turn: held by a session whose large transaction could not get through, because its one guard,
 * on the commit record, fails whenever anybody commits. Every request guards it as absent, except
 * those of its holder. What the watch shows of it. Guarded by the pipeline's lock.
 */
final class ExclusiveLockState {

  private long modRevision;
  private @Nullable Bytes holder;
  private boolean leased;
  private long seenAt;
  private @Nullable SessionId takenFor;

  /**
   * The watch, or a load, has shown it.
   *
   * @param at the applied revision that shows it
   * @param revision its mod revision; 0 if it is absent
   * @param value its holder; null if it is absent
   * @param hasLease whether it ends with a lease
   */
  void seen(long at, long revision, @Nullable Bytes value, boolean hasLease) {
    if (value == null && holder != null) {
      takenFor = null; // given back; one that was not held yet may still be on its way to the store
    }
    seenAt = at;
    modRevision = revision;
    holder = value;
    leased = hasLease;
  }

  /** A session asks for it: from now on it may have it. */
  void asked(SessionId session) {
    takenFor = session;
  }

  /** What was asked for was not applied. */
  void refused() {
    takenFor = null;
  }

  boolean isHeldBy(SessionId session) {
    return holder != null && holder.equals(nameOf(session));
  }

  boolean isHeldByOtherThan(SessionId session) {
    return holder != null && !holder.equals(nameOf(session));
  }

  /** Whether a session has it, or a request of its own may have taken it. */
  boolean mayBeHeldBy(SessionId session) {
    return isHeldBy(session) || session.equals(takenFor);
  }

  /** The key of its holder's fence, without namespace; null if nobody holds it. */
  @Nullable Bytes holderFence() {
    return holder == null ? null : ReservedKeys.sessionFence(holder);
  }

  /** Whether it ends with a lease. One without was not written by PetaCore, but copied. */
  boolean isLeased() {
    return leased;
  }

  long modRevision() {
    return modRevision;
  }

  /** The applied revision that showed it last. */
  long seenAt() {
    return seenAt;
  }

  /** What a request of a session guards it by. */
  long guardFor(SessionId session) {
    return isHeldBy(session) ? modRevision : 0;
  }

  static Bytes nameOf(SessionId session) {
    return Bytes.utf8(session.toString());
  }
}
