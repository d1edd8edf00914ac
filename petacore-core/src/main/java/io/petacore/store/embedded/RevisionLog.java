package io.petacore.store.embedded;

import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The changes of each revision from the oldest one kept to the newest, without a gap: a ring
 * indexed by revision. Guarded by the store's lock.
 */
final class RevisionLog {

  /** The estimated bytes of a change besides key and value: event, version, lists. */
  static final int BYTES_PER_EVENT = 128;

  private @Nullable RevisionEvents[] ring = new RevisionEvents[1024];
  private long first;
  private int size;
  private long bytes;

  /**
   * @param first the first revision to be appended
   */
  RevisionLog(long first) {
    this.first = first;
  }

  /** Appends the next revision. */
  void append(RevisionEvents revision) {
    if (revision.revision() != first + size) {
      throw new IllegalStateException(
          "revision " + revision.revision() + " does not follow " + (first + size - 1));
    }
    if (size == ring.length) {
      grow();
    }
    ring[slot(revision.revision())] = revision;
    size++;
    bytes += bytesOf(revision);
  }

  private void grow() {
    @Nullable RevisionEvents[] grown = new RevisionEvents[ring.length * 2];
    for (long revision = first; revision < first + size; revision++) {
      grown[(int) (revision & (grown.length - 1))] = ring[slot(revision)];
    }
    ring = grown;
  }

  /** Unique among the kept revisions: they are contiguous, and the length is a power of two. */
  private int slot(long revision) {
    return (int) (revision & (ring.length - 1));
  }

  /** The oldest revision kept; if there is none, the next one to be appended. */
  long first() {
    return first;
  }

  /** The revision after the newest one kept. */
  long end() {
    return first + size;
  }

  /** The estimated heap footprint, in bytes. */
  long bytes() {
    return bytes;
  }

  /** Returns a revision from {@link #first()}, inclusive, to {@link #end()}, exclusive. */
  RevisionEvents get(long revision) {
    return Objects.requireNonNull(ring[slot(revision)]);
  }

  /**
   * Returns revisions from a given one on, in order.
   *
   * @param maxRevisions the maximum number of revisions
   * @param maxEvents no further revision is added once there are this many events
   */
  List<RevisionEvents> from(long revision, int maxRevisions, int maxEvents) {
    List<RevisionEvents> found = new ArrayList<>();
    int events = 0;
    long next = Math.max(revision, first);
    while (next < end() && found.size() < maxRevisions && events < maxEvents) {
      RevisionEvents one = get(next++);
      found.add(one);
      events += one.events().size();
    }
    return found;
  }

  /** Drops all revisions below a given one. */
  void dropBelow(long revision) {
    while (size > 0 && first < revision) {
      bytes -= bytesOf(get(first));
      ring[slot(first)] = null;
      first++;
      size--;
    }
  }

  /** Drops all revisions and continues with a given one. */
  void skipTo(long revision) {
    dropBelow(end());
    first = revision;
  }

  private static long bytesOf(RevisionEvents revision) {
    long sum = 0;
    for (Event event : revision.events()) {
      sum += BYTES_PER_EVENT + event.key().length();
      sum += event.value() == null ? 0 : event.value().length();
    }
    return sum;
  }
}
