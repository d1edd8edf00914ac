package io.petacore.store;

import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A watch on a {@link ScriptedKvStore}. It calls its listener with what the test supplies, when the
 * test says so; even after it was closed, as a store may whose call was already running.
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

  /** The requested start revision. */
  public long fromRevision() {
    return fromRevision;
  }

  /** Whether the watch was closed by its owner. */
  public boolean isClosed() {
    return closed;
  }

  /** Makes {@link #close} throw, which violates the contract. */
  public void throwOnClose() {
    throwsOnClose = true;
  }

  /** Calls {@code onOpened}, and then what the store is to run after that. */
  public ScriptedWatch open() {
    listener.onOpened();
    store.watchOpened();
    return this;
  }

  /** Delivers all new revisions in one call, if there are any. */
  public void deliver() {
    deliver(Integer.MAX_VALUE);
  }

  /** Delivers the next revisions in one call, up to a maximum number. */
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

  /** Reports bytes of an incomplete message. */
  public void receive(long bytes) {
    receivedBytes += bytes;
  }

  @Override
  public long receivedBytes() {
    return receivedBytes;
  }

  /** The events of a revision in the watched range. */
  public RevisionEvents revision(long revision) {
    return store.history().events(revision, range);
  }

  /** Delivers revisions supplied by the test. */
  public void deliver(RevisionEvents... revisions) {
    listener.onRevisions(Arrays.asList(revisions));
  }

  /** Skips revisions. */
  public void skipTo(long revision) {
    next = revision;
  }

  /** Ends the watch. */
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
