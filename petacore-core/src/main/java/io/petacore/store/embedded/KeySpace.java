package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Event;
import io.petacore.store.KeyValue;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * All keys with their histories, and the log of revisions.
 *
 * <p><b>Writes</b> are made under the store's lock. The versions of a revision are linked first;
 * one volatile write of {@link #newest} then makes all of them visible. That write is the commit
 * point.
 *
 * <p><b>Reads</b> take no lock: {@link #page} selects a published revision and ignores all versions
 * above it. Compaction publishes the compacted revision before it frees versions, and a read checks
 * it <em>after</em> the traversal: otherwise a version freed meanwhile would look like an absent
 * key.
 */
final class KeySpace {

  /** The revision of the empty store, as in etcd. */
  static final long FIRST_REVISION = 1;

  private final ConcurrentNavigableMap<Bytes, KeyHistory> histories = new ConcurrentSkipListMap<>();
  private final RevisionLog log = new RevisionLog(FIRST_REVISION + 1);
  private final Leases leases;
  private final long historyBytes;

  /** Written under the store's lock. */
  private volatile long newest = FIRST_REVISION;

  /**
   * The oldest readable revision; 0 before the first compaction. Written under the store's lock.
   */
  private volatile long compacted;

  /**
   * @param leases records which keys are attached to which lease
   * @param historyBytes the bound on the log, see {@link RevisionLog#bytes()}
   */
  KeySpace(Leases leases, long historyBytes) {
    this.leases = leases;
    this.historyBytes = historyBytes;
  }

  /** The newest published revision. Any thread. */
  long newest() {
    return newest;
  }

  /**
   * The oldest revision that can be read and watched; 0 before the first compaction. Any thread.
   */
  long compacted() {
    return compacted;
  }

  /** The number of keys, including deleted keys with retained history. Any thread. */
  int tracked() {
    return histories.size();
  }

  /** Returns the newest version of a key; null if it is absent. Under the store's lock. */
  @Nullable Version current(Bytes key) {
    KeyHistory history = histories.get(key);
    Version version = history == null ? null : history.newest();
    return version == null || version.value == null ? null : version;
  }

  /**
   * Returns the highest mod revision of the keys present in a range, 0 if there are none. Under the
   * store's lock.
   */
  long newestIn(KeyRange range) {
    long newest = 0;
    for (KeyHistory history : keysIn(range).values()) {
      Version version = history.newest();
      if (version != null && version.value != null) {
        newest = Math.max(newest, version.revision);
      }
    }
    return newest;
  }

  /**
   * Applies puts and deletes of different keys as one revision, unless they change nothing. Under
   * the store's lock.
   */
  void apply(List<Operation> changes) {
    long revision = newest + 1;
    List<Event> events = new ArrayList<>(changes.size());
    for (Operation change : changes) {
      if (change instanceof Operation.Put put) {
        events.add(put(revision, put));
      } else if (change instanceof Operation.Delete delete && current(delete.key()) != null) {
        events.add(delete(revision, delete.key()));
      }
    }
    if (events.isEmpty()) {
      return;
    }
    log.append(new RevisionEvents(revision, List.copyOf(events)));
    newest = revision;
    compactBeyondBound();
  }

  private Event put(long revision, Operation.Put put) {
    KeyHistory history = historyOf(put.key());
    leases.move(put.key(), leaseOf(history.newest()), put.lease());
    long putCount = history.put(revision, put.value(), put.lease());
    return new Event(put.key(), put.value(), putCount, put.lease());
  }

  private Event delete(long revision, Bytes key) {
    KeyHistory history = historyOf(key);
    leases.move(key, leaseOf(history.newest()), Leases.NONE);
    history.delete(revision);
    return new Event(key, null, 0);
  }

  /** Returns the history of a key; a new one has no version, so readers ignore it. */
  private KeyHistory historyOf(Bytes key) {
    return histories.computeIfAbsent(key, absent -> new KeyHistory());
  }

  private static long leaseOf(@Nullable Version version) {
    return version == null ? Leases.NONE : version.lease;
  }

  /** Compacts until the log is within its bound; the newest revision is always kept. */
  private void compactBeyondBound() {
    while (log.bytes() > historyBytes && log.first() < newest) {
      compact(log.first() + 1);
    }
  }

  /**
   * Frees the history below a revision, unless it is compacted already. Under the store's lock.
   *
   * <p>Only keys that the newly compacted revisions changed have versions to free, so the cost
   * depends on those revisions and not on the number of keys.
   */
  void compact(long revision) {
    if (revision <= compacted) {
      return;
    }
    long from = Math.max(compacted + 1, log.first());
    compacted = revision;
    for (long each = from; each <= revision; each++) {
      for (Event event : log.get(each).events()) {
        KeyHistory history = histories.get(event.key());
        if (history != null && history.trim(revision)) {
          histories.remove(event.key());
        }
      }
    }
    log.dropBelow(revision);
  }

  /**
   * Advances the newest revision without a change and compacts up to it, like etcd's restore with
   * bumped revisions. Under the store's lock.
   */
  void skipTo(long revision) {
    compact(newest);
    log.skipTo(revision + 1);
    newest = revision;
    compacted = revision;
  }

  /** Returns revisions to deliver from a given one on, within bounds. Under the store's lock. */
  List<RevisionEvents> eventsFrom(long revision, int maxRevisions, int maxEvents) {
    return log.from(revision, maxRevisions, maxEvents);
  }

  /** Answers a range request. Any thread, without the lock. */
  RangePage page(RangeRequest request) {
    while (true) {
      long published = newest;
      long at = request.revision() == 0 ? published : request.revision();
      if (at > published) {
        throw new StoreException(
            StoreException.Kind.FUTURE_REVISION,
            "revision " + at + " has not been reached, the newest is " + published,
            null);
      }
      RangePage page = pageAt(request.range(), at, request.limit(), published);
      if (at >= compacted) {
        return page;
      }
      if (request.revision() != 0) {
        throw compacted(at);
      }
      // The revision was compacted during the traversal, which newer ones made possible: retry.
    }
  }

  /** Creates the exception for a revision that is compacted. */
  StoreException compacted(long revision) {
    return new StoreException(
        StoreException.Kind.COMPACTED,
        "revision " + revision + " was compacted, the oldest kept is " + compacted,
        null);
  }

  private RangePage pageAt(KeyRange range, long at, int limit, long published) {
    List<KeyValue> entries = new ArrayList<>();
    for (Map.Entry<Bytes, KeyHistory> entry : keysIn(range).entrySet()) {
      Version version = entry.getValue().at(at);
      KeyValue found = version == null ? null : version.of(entry.getKey());
      if (found == null) {
        continue;
      }
      if (limit > 0 && entries.size() == limit) {
        return new RangePage(List.copyOf(entries), true, published);
      }
      entries.add(found);
    }
    return new RangePage(List.copyOf(entries), false, published);
  }

  private ConcurrentNavigableMap<Bytes, KeyHistory> keysIn(KeyRange range) {
    Bytes to = range.to();
    return to == null
        ? histories.tailMap(range.from(), true)
        : histories.subMap(range.from(), true, to, false);
  }
}
