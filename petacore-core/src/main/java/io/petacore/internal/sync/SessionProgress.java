package io.petacore.internal.sync;

/** What the current watch session has received so far. Guarded by {@link SyncLock}. */
final class SessionProgress {

  private boolean accepted;
  private boolean confirmed;
  private boolean applied;
  private long bytesAtOpening;
  private long lastBytes; // the bytes received when they were last checked
  private long lastReceivedNanos; // when the session was last known to be alive

  /**
   * The store has accepted the watch.
   *
   * @param bytes the bytes received for the watch so far
   */
  void accepted(long bytes) {
    accepted = true;
    bytesAtOpening = bytes;
  }

  /**
   * The history was checked: from now on revisions are applied when they arrive.
   *
   * @param bytes the bytes received for the watch so far
   * @param now the current monotonic time
   */
  void confirmed(long bytes, long now) {
    confirmed = true;
    lastBytes = bytes;
    lastReceivedNanos = now;
  }

  /** The watch handle is known; the store may have accepted the watch before that. */
  void started(long bytes) {
    if (accepted && bytesAtOpening == 0) {
      bytesAtOpening = bytes;
    }
  }

  /** Revisions were applied. */
  void applied(long now) {
    applied = true;
    lastReceivedNanos = now;
  }

  boolean isAccepted() {
    return accepted;
  }

  boolean isConfirmed() {
    return confirmed;
  }

  boolean hasApplied() {
    return applied;
  }

  /** The bytes received since the opening, given those received so far. */
  long bytesSinceOpening(long bytes) {
    return bytes - bytesAtOpening;
  }

  /**
   * The time for which the watch has delivered nothing although a revision was missing.
   *
   * @param bytes the bytes received for the watch so far
   * @param now the current monotonic time
   * @param missingSince the monotonic time from which on a revision has been missing
   * @return nanoseconds
   */
  long silentNanos(long bytes, long now, long missingSince) {
    if (bytes != lastBytes) {
      lastBytes = bytes;
      lastReceivedNanos = now;
    }
    return now - (missingSince - lastReceivedNanos > 0 ? missingSince : lastReceivedNanos);
  }
}
