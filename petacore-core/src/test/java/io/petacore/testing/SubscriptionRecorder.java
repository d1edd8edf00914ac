package io.petacore.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.subscription.Change;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.transaction.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A listener that keeps a picture of its range, and checks each call: none overlaps another, each
 * {@code before} is what the picture shows, revisions rise, and nothing follows the end.
 */
public class SubscriptionRecorder implements ChangeListener {

  private final KeyRange range;
  private final AtomicBoolean inCall = new AtomicBoolean();

  // Guarded by this.
  private final Map<Bytes, Bytes> picture = new TreeMap<>();
  private final List<ChangeBatch> batches = new ArrayList<>();
  private final List<String> breaches = new ArrayList<>();
  private final List<Optional<Throwable>> ends = new ArrayList<>();
  private int states;
  private long revision;

  /** A recorder for a range that it subscribes to. */
  public SubscriptionRecorder(KeyRange range) {
    this.range = range;
  }

  @Override
  public void onState(Snapshot state) {
    enter();
    try {
      Map<Bytes, Bytes> all = new TreeMap<>();
      for (Entry entry : state.scan(range)) {
        all.put(entry.key(), entry.value());
      }
      before("state");
      synchronized (this) {
        states++;
        picture.clear();
        picture.putAll(all);
        revision = state.revision();
      }
    } finally {
      inCall.set(false);
    }
  }

  @Override
  public void onChanges(ChangeBatch batch) {
    enter();
    try {
      before(batch.toString());
      synchronized (this) {
        fold(batch);
      }
    } finally {
      inCall.set(false);
    }
  }

  private void fold(ChangeBatch batch) {
    require(!batch.changes().isEmpty(), "a batch without changes");
    require(batch.fromRevision() > revision, batch + " after revision " + revision);
    Bytes last = Bytes.EMPTY;
    for (Change change : batch.changes()) {
      require(change.key().compareTo(last) > 0, "not in order: " + batch);
      last = change.key();
      require(range.contains(change.key()), "outside: " + change);
      Bytes after = change.after();
      Bytes known = after == null ? picture.remove(change.key()) : picture.put(change.key(), after);
      require(
          Optional.ofNullable(known).equals(Optional.ofNullable(change.before())),
          change + " in " + batch + ", but the picture showed " + known);
    }
    revision = batch.toRevision();
    batches.add(batch);
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    enter();
    synchronized (this) {
      ends.add(Optional.ofNullable(cause));
    }
    inCall.set(false);
  }

  /**
   * For a test to block or to throw, before the call takes effect.
   *
   * @param call {@code state}, or the batch
   */
  protected void before(String call) {}

  /** Lets the picture begin with an entry, for a subscription without the initial state. */
  public synchronized void beginWith(Bytes key, Bytes value) {
    picture.put(key, value);
  }

  private void enter() {
    require(inCall.compareAndSet(false, true), "two calls at a time");
    synchronized (this) {
      require(ends.isEmpty(), "a call after the end");
    }
  }

  private synchronized void require(boolean holds, String what) {
    if (!holds) {
      breaches.add(what);
    }
  }

  /** The state as it was delivered. */
  public synchronized Map<Bytes, Bytes> picture() {
    return new TreeMap<>(picture);
  }

  /** The batches of the calls that returned. */
  public synchronized List<ChangeBatch> batches() {
    return List.copyOf(batches);
  }

  /** The number of calls of onState that returned. */
  public synchronized int states() {
    return states;
  }

  /** The causes of the calls of onClosed. */
  public synchronized List<Optional<Throwable>> ends() {
    return List.copyOf(ends);
  }

  /** Asserts that every call was as it must be. */
  public synchronized void assertNoBreach(String where) {
    assertEquals(List.of(), breaches, where);
  }

  /** Waits until the picture is a state. */
  public void awaitPicture(Map<Bytes, Bytes> expected, String where) {
    try {
      Await.until("the picture is right" + where, () -> picture().equals(expected));
    } finally {
      assertNoBreach(where);
    }
  }

  /** Waits for onClosed. */
  public void awaitEnd() {
    Await.until("onClosed", () -> !ends().isEmpty());
    assertNoBreach("");
  }
}
