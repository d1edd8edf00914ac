package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.internal.format.CommitRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receives every state that the cache's writer publishes, in order, one call at a time.
 *
 * <p>All methods but {@link #unlocked} are called under the writer's lock, so a listener must
 * neither block nor run application code.
 */
public interface RevisionListener {

  /**
   * A bookkeeping key as the store holds it: a session fence or the exclusive commit lock.
   *
   * @param key without namespace
   * @param modRevision the revision that wrote it; 0 if it was deleted
   * @param value its value; null if it was deleted
   * @param leased whether it is attached to a lease
   */
  record Bookkeeping(Bytes key, long modRevision, @Nullable Bytes value, boolean leased) {}

  /**
   * The commit record and the bookkeeping keys at a revision.
   *
   * @param recordRevision the mod revision of the commit record; 0 if there is none
   * @param record the commit record if this revision wrote it or if it was loaded; null otherwise,
   *     and if it is malformed
   * @param bookkeeping the bookkeeping keys that this revision changed; after a load, all of them
   */
  record Commits(
      long recordRevision, @Nullable CommitRecord record, List<Bookkeeping> bookkeeping) {}

  /** How the loaded state relates to the history that was applied before the load. */
  enum History {
    /** The store continues that history. */
    SAME,
    /**
     * Nothing proves that the store continues that history. Earlier reads are no longer valid;
     * revisions that the store confirmed may still arrive.
     */
    UNPROVED,
    /** The store was restored to another history, in which revisions denote other states. */
    ANOTHER
  }

  /**
   * A watch on the known history was accepted, or has ended.
   *
   * @param now whether the cache follows the store now; initially it does not
   */
  void following(boolean now);

  /**
   * A revision has become visible to readers; followed by {@link #applied} or {@link #loaded}. Not
   * called for the initial load. Until history is freed, after those, {@link PreviousVersion} finds
   * what it superseded.
   *
   * @param changes the changes of data keys and delete fences
   * @param before the state before it
   * @param now the state after it
   * @param resync whether it is the difference to a loaded state
   */
  default void published(
      List<Change> changes, AppliedState before, AppliedState now, boolean resync) {}

  /**
   * A revision was applied.
   *
   * @param now the state after it
   */
  void applied(AppliedState now, Commits commits);

  /**
   * The next state that is reported as loaded was published; its revision is the newest one that
   * the store had when it answered a request.
   *
   * @param nanoTime when that request was sent, in monotonic time
   */
  default void loadSent(long nanoTime) {}

  /**
   * A state was loaded; the revisions between the previous state and this one were not applied one
   * by one.
   *
   * @param now the loaded state
   * @param history whether the store's history is still the one that was applied before
   */
  void loaded(AppliedState now, Commits commits, History history);

  /**
   * The writer has released its lock after any of the above calls; the listener can now do what it
   * deferred.
   */
  void unlocked();
}
