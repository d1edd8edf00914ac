package io.petacore.store;

import java.util.List;

/**
 * Receives the revisions of a watch. Calls do not overlap; an exception thrown by one ends the
 * watch and is passed to {@link #onEnd}.
 */
public interface WatchListener {

  /** The store has accepted the watch. */
  void onOpened();

  /**
   * Delivers whole revisions, in ascending order and above all delivered before.
   *
   * @param revisions at least one
   */
  void onRevisions(List<RevisionEvents> revisions);

  /**
   * The watch has ended; no call follows. Not called after {@link Watch#close()}.
   *
   * @param cause the reason; {@link StoreException.Kind#COMPACTED} if the requested revision is
   *     compacted
   */
  void onEnd(StoreException cause);
}
