package io.petacore.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.WatchListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Records the calls of a watch for a test to read in order, and checks every call against the
 * contract of {@link WatchListener}: calls do not overlap, onOpened is first, revisions rise and
 * are not empty, and no call follows the end. A violation fails the next query.
 */
public final class RecordingListener implements WatchListener {
  private static final long TIMEOUT_SECONDS = 30;
  private static final Object OPENED = new Object();

  private final BlockingQueue<Object> calls = new LinkedBlockingQueue<>();
  private final AtomicBoolean inCall = new AtomicBoolean();
  private final Consumer<List<RevisionEvents>> during;

  /** Written by the calling thread; calls must not overlap. */
  private volatile boolean opened;

  private volatile boolean ended;
  private volatile long last;
  private volatile @Nullable String breach;

  /** Creates a listener that only records. */
  public RecordingListener() {
    this(revisions -> {});
  }

  /**
   * @param during runs within each call of onRevisions, after the revisions were recorded
   */
  public RecordingListener(Consumer<List<RevisionEvents>> during) {
    this.during = during;
  }

  @Override
  public void onOpened() {
    enter();
    require(!opened && !ended, "onOpened twice, or after the end");
    opened = true;
    calls.add(OPENED);
    inCall.set(false);
  }

  @Override
  public void onRevisions(List<RevisionEvents> revisions) {
    enter();
    require(opened && !ended, "revisions before onOpened or after the end");
    require(!revisions.isEmpty(), "a call without revisions");
    for (RevisionEvents revision : revisions) {
      require(revision.revision() > last, "revision " + revision.revision() + " after " + last);
      require(!revision.events().isEmpty(), "a revision without events");
      last = revision.revision();
      calls.add(revision);
    }
    inCall.set(false);
    during.accept(revisions);
  }

  @Override
  public void onEnd(StoreException cause) {
    enter();
    require(!ended, "onEnd twice");
    ended = true;
    calls.add(cause);
    inCall.set(false);
  }

  private void enter() {
    require(inCall.compareAndSet(false, true), "two calls at a time");
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      breach = what;
    }
  }

  /** Waits for onOpened, which must be the next call. */
  public RecordingListener awaitOpened() throws InterruptedException {
    assertEquals(OPENED, next(), "the call awaited is onOpened");
    return this;
  }

  /** Returns the next revision, which must be the next call. */
  public RevisionEvents nextRevision() throws InterruptedException {
    return next() instanceof RevisionEvents revision ? revision : fail("not a revision");
  }

  /** Returns the given number of next revisions. */
  public List<RevisionEvents> nextRevisions(int count) throws InterruptedException {
    List<RevisionEvents> found = new ArrayList<>();
    while (found.size() < count) {
      found.add(nextRevision());
    }
    return found;
  }

  /** Returns the cause of the end, which must be the next call except for onOpened. */
  public StoreException awaitEnd() throws InterruptedException {
    Object call = next();
    if (call == OPENED) {
      call = next();
    }
    return call instanceof StoreException cause ? cause : fail("not the end: " + call);
  }

  /** Returns the cause of the end, after any number of revisions. */
  public StoreException awaitEndAfterRevisions() throws InterruptedException {
    Object call = next();
    while (call instanceof RevisionEvents) {
      call = next();
    }
    return call instanceof StoreException cause ? cause : fail("not the end: " + call);
  }

  /** Returns the next revision; null if there is none within a time. */
  public @Nullable RevisionEvents pollRevision(long millis) throws InterruptedException {
    Object call = calls.poll(millis, TimeUnit.MILLISECONDS);
    assertNull(breach);
    assertTrue(call == null || call instanceof RevisionEvents, "not a revision: " + call);
    return (RevisionEvents) call;
  }

  /** Asserts that the test has read all calls. */
  public void assertQuiet() {
    assertNull(breach);
    assertNull(calls.peek());
  }

  private Object next() throws InterruptedException {
    Object call = calls.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    assertNull(breach);
    assertNotNull(call, "the listener was not called in time");
    return call;
  }
}
