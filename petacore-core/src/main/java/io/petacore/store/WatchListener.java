package io.petacore.store;

import java.util.List;

/**
 * What a watch tells. Calls come one at a time; an exception thrown by one ends the watch, and is
 * told to {@link #onEnd}.
 */
public interface WatchListener {

  /** The store has accepted the watch: what is committed from now on will be delivered. */
  void onOpened();

  /** Whole revisions, ascending, each above all those before. */
  void onRevisions(List<RevisionEvents> revisions);

  /**
   * The watch is over, the last call there is; not called when {@link Watch#close()} came first.
   *
   * @param cause why; {@link StoreException.Kind#COMPACTED} when the revision wanted is gone
   */
  void onEnd(StoreException cause);
}
