package io.petacore.bench.benchmark.soak;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.subscription.Change;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A listener that keeps a picture of a range, and takes its time for each call. Its calls do not
 * overlap, and each sees what the one before has left.
 */
final class Follower implements ChangeListener {

  private final KeyRange range;
  private final long delay; // of a call, in nanoseconds
  private final LongAdder changes;
  private final Map<Bytes, Bytes> picture = new HashMap<>();
  private volatile @Nullable String contradiction;
  private volatile long revision;

  /**
   * @param delay the time of a call, in nanoseconds
   * @param changes counts the changes that it is given
   */
  Follower(KeyRange range, long delay, LongAdder changes) {
    this.range = range;
    this.delay = delay;
    this.changes = changes;
  }

  KeyRange range() {
    return range;
  }

  @Override
  public void onState(Snapshot state) {
    picture.clear();
    for (Entry entry : state.scan(range)) {
      picture.put(entry.key(), entry.value());
    }
    revision = state.revision();
  }

  @Override
  public void onChanges(ChangeBatch batch) {
    for (Change change : batch.changes()) {
      Bytes after = change.after();
      Bytes before =
          after == null ? picture.remove(change.key()) : picture.put(change.key(), after);
      if (!Objects.equals(before, change.before())) {
        contradiction = change + " in " + batch.toRevision() + ", but before it was " + before;
      }
    }
    changes.add(batch.changes().size());
    if (delay > 0) {
      LockSupport.parkNanos(delay);
    }
    revision = batch.toRevision(); // publishes the picture
  }

  /** Whether it was given all changes up to a revision that changed its range. */
  boolean hasReached(long wanted) {
    return revision >= wanted;
  }

  /**
   * Compares its picture with a state; to be called once it has been given that state.
   *
   * @return what is wrong; null if nothing is
   */
  @Nullable String check(ReadView state) {
    if (contradiction != null) {
      return contradiction;
    }
    int present = 0;
    for (Entry entry : state.scan(range)) {
      present++;
      if (!entry.value().equals(picture.get(entry.key()))) {
        return entry.key()
            + " is "
            + entry.value()
            + ", but was given as "
            + picture.get(entry.key());
      }
    }
    return present == picture.size()
        ? null
        : present + " keys are present, but " + picture.size() + " were given";
  }
}
