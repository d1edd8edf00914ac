package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.internal.format.CommitRecord;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has really happened in the store: what every key was at every revision, and which revision
 * carried out which attempt. Everything that nodes claim is held against it.
 */
final class TrueHistory {

  /** The revision of an empty store. */
  static final long EMPTY = 1;

  private record State(long revision, @Nullable Bytes value) {}

  /**
   * What a node sent to make a revision.
   *
   * @param at the moment at which it was carried out
   * @param deletes the keys, without namespace, that it deleted, absent ones included
   */
  record Request(Node sender, long at, Set<Bytes> deletes) {}

  private final List<RevisionEvents> revisions = new ArrayList<>();
  private final Map<Bytes, List<State>> keys = new TreeMap<>();
  private final Map<Tag, List<Long>> landings = new HashMap<>();
  private final List<Long> versions = new ArrayList<>();
  private final Map<Long, Request> requests = new TreeMap<>();
  private @Nullable TrueHistory lost;
  private long bump;
  private long lostFrom;
  private long lostTo;

  /** The newest revision. */
  long newest() {
    return EMPTY + revisions.size() + bump;
  }

  /** A node's request makes the next revision. */
  void requested(long revision, Request request) {
    if (revision > newest()) {
      requests.put(revision, request);
    }
  }

  /** What made a revision; null if it was not a node. */
  @Nullable Request request(long revision) {
    return requests.get(revision);
  }

  /** The requests of nodes, by the revisions that they made. */
  Map<Long, Request> requests() {
    return requests;
  }

  void append(RevisionEvents made) {
    long before = versions.isEmpty() ? 0 : versions.get(versions.size() - 1);
    long timestamp = before + 1;
    revisions.add(made);
    for (Event event : made.events()) {
      Bytes key = Simulation.NAMESPACE.fromStore(event.key());
      Bytes value = event.value();
      if (Simulation.isRecord(event.key()) && value != null) {
        CommitRecord record = CommitRecord.decode(value);
        timestamp = record == null ? timestamp : Math.max(timestamp, record.timestamp());
      }
      if (key.byteAt(0) == 0) {
        continue;
      }
      List<State> states = keys.computeIfAbsent(key, absent -> new ArrayList<>());
      states.add(new State(made.revision(), value));
      Tag tag = value == null ? null : Tag.of(value);
      if (tag != null) {
        List<Long> landed = landings.computeIfAbsent(tag, absent -> new ArrayList<>());
        if (landed.isEmpty() || landed.get(landed.size() - 1) != made.revision()) {
          landed.add(made.revision());
        }
      }
    }
    versions.add(timestamp);
  }

  /**
   * A backup was restored, and what came after it is lost.
   *
   * @param by how much higher the revisions go on
   */
  void restore(long revision, long by) {
    TrueHistory past = new TrueHistory();
    past.lost = lost;
    revisions.forEach(past::append);
    past.requests.putAll(requests);
    int backup = (int) (revision - EMPTY);
    List<RevisionEvents> kept = List.copyOf(revisions.subList(0, backup));
    lostFrom = firstWithData(revisions.subList(backup, revisions.size()));
    lostTo = revision + by;
    revisions.clear();
    keys.clear();
    landings.clear();
    versions.clear();
    kept.forEach(this::append);
    requests.keySet().removeIf(made -> made > revision);
    lost = past;
    bump = by;
  }

  /**
   * The first of some revisions that changed a key of the application. A snapshot of an earlier one
   * shows what the backup holds: of that nothing is lost.
   */
  private static long firstWithData(List<RevisionEvents> made) {
    return made.stream()
        .filter(
            events ->
                events.events().stream()
                    .anyMatch(event -> Simulation.NAMESPACE.fromStore(event.key()).byteAt(0) != 0))
        .mapToLong(RevisionEvents::revision)
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }

  /** The history that a restoration has put an end to; null if there was none. */
  @Nullable TrueHistory lost() {
    return lost;
  }

  List<RevisionEvents> revisions() {
    return revisions;
  }

  /** The revisions after one, up to another one. */
  List<RevisionEvents> between(long after, long upTo) {
    int from = revisions.size();
    while (from > 0 && revisions.get(from - 1).revision() > after) {
      from--;
    }
    return revisions.subList(from, revisions.size()).stream()
        .filter(made -> made.revision() <= upTo)
        .toList();
  }

  /** Whether a revision shows data of a history that is lost, and never comes again. */
  boolean isOfTheLost(long revision) {
    return revision >= lostFrom && revision < lostTo;
  }

  /** Every key that ever was. */
  Collection<Bytes> keys() {
    return keys.keySet();
  }

  /** The value of a key at a revision, as one would see it who has missed some. */
  @Nullable Bytes valueAt(Bytes key, long revision, Set<Long> missed) {
    List<State> states = keys.getOrDefault(key, List.of());
    for (int i = states.size() - 1; i >= 0; i--) {
      State state = states.get(i);
      if (state.revision() <= revision && !missed.contains(state.revision())) {
        return state.value();
      }
    }
    return null;
  }

  /** The first revision after one, and before another one, that changed a key; 0 if none did. */
  long changeBetween(Bytes key, long after, long before) {
    for (State state : keys.getOrDefault(key, List.of())) {
      if (state.revision() > after && state.revision() < before) {
        return state.revision();
      }
    }
    return 0;
  }

  /**
   * Whether a key was absent at a revision and was deleted by a foreigner before another one: he
   * writes no delete fence, so nobody can know that it was there in between.
   *
   * @param missed what the node may not have seen: a key that was written there is absent to it
   */
  boolean isForeignGap(Bytes key, long after, long before, List<Set<Long>> missed) {
    State last = null;
    for (State state : keys.getOrDefault(key, List.of())) {
      if (state.revision() < before) {
        last = state;
      }
    }
    return last != null
        && last.revision() > after
        && last.value() == null
        && requests.get(last.revision()) == null
        && missed.stream().anyMatch(unseen -> valueAt(key, after, unseen) == null);
  }

  /** The revisions that carried out an attempt. */
  List<Long> landings(Tag attempt) {
    return landings.getOrDefault(attempt, List.of());
  }

  /** The revision that was the newest at a version, for a node that has followed all of them. */
  long revisionAt(long timestamp) {
    long revision = EMPTY;
    for (int i = 0; i < versions.size() && versions.get(i) <= timestamp; i++) {
      revision = revisions.get(i).revision();
    }
    return revision;
  }
}
