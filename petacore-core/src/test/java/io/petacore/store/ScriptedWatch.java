package io.petacore.store;

import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A watch on a {@link ScriptedKvStore}. It calls its listener with what the test supplies, when the
 * test says so; also after it was closed, as a store may whose call was under way.
 */
public final class ScriptedWatch implements Watch {

  private final ScriptedKvStore store;
  private final KeyRange range;
  private final long fromRevision;
  private final WatchListener listener;
  private long next;
  private boolean closed;
  private long receivedBytes;
  private boolean throwsOnClose;

  ScriptedWatch(ScriptedKvStore store, KeyRange range, long fromRevision, WatchListener listener) {
    this.store = store;
    this.range = range;
    this.fromRevision = fromRevision;
    this.listener = listener;
    this.next = fromRevision;
  }

  /** Where it was asked to begin. */
  public long fromRevision() {
    return fromRevision;
  }

  /** Whether its owner has closed it. */
  public boolean isClosed() {
    return closed;
  }

  /** Closing it will throw, which it should not. */
  public void throwOnClose() {
    throwsOnClose = true;
  }

  /** Tells that it was accepted. */
  public ScriptedWatch open() {
    listener.onOpened();
    return this;
  }

  /** Tells truly what has been committed since, in one call; nothing where there is nothing. */
  public void deliver() {
    deliver(Integer.MAX_VALUE);
  }

  /** Tells truly of the next revisions, at most so many, in one call. */
  public void deliver(int atMost) {
    List<RevisionEvents> due = new ArrayList<>();
    for (; next <= store.newest() && due.size() < atMost; next++) {
      RevisionEvents events = store.history().events(next, range);
      if (!events.events().isEmpty()) {
        due.add(events);
      }
    }
    if (!due.isEmpty()) {
      listener.onRevisions(due);
    }
  }

  /** Has bytes arrive of something that is not whole yet. */
  public void receive(long bytes) {
    receivedBytes += bytes;
  }

  @Override
  public long receivedBytes() {
    return receivedBytes;
  }

  /** What a revision changed in the watched range. */
  public RevisionEvents revision(long revision) {
    return store.history().events(revision, range);
  }

  /** Tells what the test made up. */
  public void deliver(RevisionEvents... revisions) {
    listener.onRevisions(Arrays.asList(revisions));
  }

  /** Leaves revisions out. */
  public void skipTo(long revision) {
    next = revision;
  }

  /** Tells that it is over. */
  public void end(StoreException.Kind kind) {
    listener.onEnd(new StoreException(kind, "scripted: " + kind, null));
  }

  @Override
  public void close() {
    closed = true;
    if (throwsOnClose) {
      throw new IllegalStateException("scripted: closing failed");
    }
  }
}
