package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.internal.format.CommitRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Told by the writer of the cache what it has just published, in order, one call at a time, under
 * the writer's lock: a listener must neither block nor run application code.
 */
public interface RevisionListener {

  /**
   * A key of PetaCore's own that is not data: a session's fence, or the turn.
   *
   * @param key without namespace
   * @param modRevision the revision that wrote it; 0 if it was deleted
   * @param value what it says; null if it was deleted
   * @param leased whether it ends with a lease
   */
  record Bookkeeping(Bytes key, long modRevision, @Nullable Bytes value, boolean leased) {}

  /**
   * What the store's history says of commits at a revision.
   *
   * @param recordRevision the revision that wrote the commit record last; 0 if there is none
   * @param record what it says, if it was written in this very revision (or, after a load, at all);
   *     null otherwise, and if it is malformed
   * @param bookkeeping what changed in this revision (after a load: all that is present)
   */
  record Commits(
      long recordRevision, @Nullable CommitRecord record, List<Bookkeeping> bookkeeping) {}

  /** What a load shows of the history that was applied before it. */
  enum History {
    /** The store goes on with it. */
    SAME,
    /**
     * Nothing proves that the store goes on with it. What was read before counts no more; but
     * revisions that the store has confirmed are still to come.
     */
    UNPROVED,
    /** The store was restored to another one, where revisions mean something else. */
    ANOTHER
  }

  /**
   * Whether the store is being followed, by a watch that was opened on the history that is known.
   * Not so in the beginning.
   */
  void following(boolean now);

  /** One revision was applied. */
  void applied(AppliedState now, Commits commits);

  /**
   * Everything was loaded: revisions since the one applied before were not seen one by one.
   *
   * @param history whether the store's revisions are still those of before
   */
  void loaded(AppliedState now, Commits commits, History history);

  /**
   * The writer's lock is free again, after any of the above: what must not be done under it can be
   * done now.
   */
  void unlocked();
}
