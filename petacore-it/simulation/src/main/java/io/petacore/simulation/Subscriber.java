package io.petacore.simulation;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.data.Timestamp;
import io.petacore.subscription.Change;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.subscription.SubscribeOptions;
import io.petacore.transaction.Snapshot;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A listener on a node that keeps a picture of its range: after each call it must be the state at
 * the revision of the call. Some are slow, and some throw now and then.
 */
final class Subscriber implements ChangeListener {

  private static final KeyRange[] RANGES = {
    KeyRange.all(), KeyRange.prefix("c"), KeyRange.atLeast(Bytes.utf8("k"))
  };

  private final Timeline timeline;
  private final Fibers fibers;
  private final Judge judge;
  private final Node node;
  private final DistributedStorage storage;
  private final KeyRange range;
  private final long delay; // of a call; 0 for none
  private final boolean throwing;
  private Map<Bytes, Bytes> picture = new TreeMap<>();
  private @Nullable Timestamp last;
  private boolean inCall;
  private boolean ended;

  private Subscriber(
      Timeline timeline, Fibers fibers, Judge judge, Node node, DistributedStorage storage) {
    this.timeline = timeline;
    this.fibers = fibers;
    this.judge = judge;
    this.node = node;
    this.storage = storage;
    this.range = RANGES[timeline.random().nextInt(RANGES.length)];
    this.delay = timeline.chance(0.5) ? 0 : timeline.about(Timeline.SECOND / 2);
    this.throwing = timeline.chance(0.3);
  }

  /** Subscribes to a random range of a storage. */
  static Subscriber to(
      Timeline timeline, Fibers fibers, Judge judge, Node node, DistributedStorage storage) {
    Subscriber subscriber = new Subscriber(timeline, fibers, judge, node, storage);
    int buffer = timeline.random().nextInt(8);
    storage.subscribe(
        subscriber.range, SubscribeOptions.defaults().buffer(buffer, 1_000), subscriber);
    return subscriber;
  }

  @Override
  public void onState(Snapshot state) {
    enter(state.revision());
    Map<Bytes, Bytes> found = new TreeMap<>();
    for (Entry entry : state.scan(range)) {
      found.put(entry.key(), entry.value());
    }
    work();
    picture = found;
    last = state.timestamp();
    leave(state.revision());
  }

  @Override
  public void onChanges(ChangeBatch batch) {
    enter(batch.toRevision());
    if (last == null || batch.timestamp().compareTo(last) <= 0) {
      contradicts(batch + " comes after timestamp " + last);
    }
    Map<Bytes, Bytes> next = new TreeMap<>(picture);
    for (Change change : batch.changes()) {
      Bytes after = change.after();
      Bytes before = after == null ? next.remove(change.key()) : next.put(change.key(), after);
      if (!Objects.equals(before, change.before())) {
        contradicts(change + " in " + batch + ", but it was given " + before + " last");
      }
    }
    work();
    picture = next;
    last = batch.timestamp();
    leave(batch.toRevision());
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    if (inCall || ended) {
      contradicts("onClosed during a call, or twice");
    }
    ended = true;
  }

  private void enter(long revision) {
    if (inCall || ended) {
      contradicts("a call during another, or after onClosed");
    }
    if (storage.revision() < revision && !judge.mayHaveChangedHistory(node)) {
      contradicts("it is given revision " + revision + " before reads see it");
    }
    inCall = true;
  }

  /** Takes its time, and fails perhaps. */
  private void work() {
    try {
      if (delay > 0) {
        fibers.pause(timeline.about(delay));
      }
      if (throwing && timeline.chance(0.2)) {
        throw new IllegalStateException("by the simulation");
      }
    } catch (RuntimeException | Error thrown) {
      inCall = false;
      throw thrown;
    }
  }

  private void leave(long revision) {
    inCall = false;
    Set<Bytes> keys = new HashSet<>(picture.keySet());
    judge.truth().keys().stream().filter(range::contains).forEach(keys::add);
    keys.forEach(key -> judge.read(node, "a subscriber", key, revision, picture.get(key)));
  }

  private void contradicts(String what) {
    judge.contradicts("a subscriber of " + node + ": " + what);
  }

  /** Whether its storage was closed, or its picture is what the storage holds. */
  boolean isRight() {
    if (node.storage() != storage) {
      return true;
    }
    Map<Bytes, Bytes> held = new TreeMap<>();
    for (Entry entry : storage.scan(range)) {
      held.put(entry.key(), entry.value());
    }
    return held.equals(picture);
  }
}
