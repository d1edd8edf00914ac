package io.petacore.store.embedded;

import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What each revision changed, from the oldest one kept to the newest, without a hole: a ring
 * indexed by revision. Used under the store's lock only.
 */
final class RevisionLog {

  /** What a change costs beside its key and value: the event, the version, their lists. */
  static final int BYTES_PER_EVENT = 128;

  private @Nullable RevisionEvents[] ring = new RevisionEvents[1024];
  private long first;
  private int size;
  private long bytes;

  /**
   * @param first the revision that will be appended first
   */
  RevisionLog(long first) {
    this.first = first;
  }

  /** Adds the next revision. */
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

  /** Revisions are contiguous and the length is a power of two, so no two kept ones meet. */
  private int slot(long revision) {
    return (int) (revision & (ring.length - 1));
  }

  /** The oldest revision kept; where none is, the next to be appended. */
  long first() {
    return first;
  }

  /** The revision after the newest one kept. */
  long end() {
    return first + size;
  }

  /** An estimate of the memory held. */
  long bytes() {
    return bytes;
  }

  /** A revision from {@link #first()} to below {@link #end()}. */
  RevisionEvents get(long revision) {
    return Objects.requireNonNull(ring[slot(revision)]);
  }

  /**
   * Revisions from one on, in order: as many as there are up to a bound on their number, and not
   * many more events than a bound on those.
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

  /** Forgets every revision below one. */
  void dropBelow(long revision) {
    while (size > 0 && first < revision) {
      bytes -= bytesOf(get(first));
      ring[slot(first)] = null;
      first++;
      size--;
    }
  }

  /** Forgets every revision, and goes on with another one. */
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
