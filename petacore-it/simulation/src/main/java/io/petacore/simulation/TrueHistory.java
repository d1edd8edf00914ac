package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.internal.format.CommitRecord;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The true history of the store: the value of every key at every revision, and the revision that
 * applied each attempt. The judge compares everything that nodes report with it.
 */
final class TrueHistory {

  /** The revision of an empty store. */
  static final long EMPTY = 1;

  private record State(long revision, @Nullable Bytes value) {}

  /**
   * The request that created a revision.
   *
   * @param at the time at which it was applied
   * @param deletes the keys that it deleted, without namespace, including absent keys
   */
  record Request(Node sender, long at, Set<Bytes> deletes) {}

  private final List<RevisionEvents> revisions = new ArrayList<>();
  private final Map<Bytes, List<State>> keys = new TreeMap<>();
  private final Map<Tag, List<Long>> landings = new HashMap<>();
  private final List<Long> versions = new ArrayList<>();
  private final Map<Long, Request> requests = new TreeMap<>();
  private @Nullable TrueHistory lost;
  private long bump;
  private final Set<Long> lostRevisions = new HashSet<>();
  private final List<Long> unnoticed = new ArrayList<>();

  /** Returns the newest revision. */
  long newest() {
    return EMPTY + revisions.size() + bump;
  }

  /** Records the request of a node that creates the next revision. */
  void requested(long revision, Request request) {
    if (revision > newest()) {
      requests.put(revision, request);
    }
  }

  /** Returns the request that created a revision; null if it was not of a node. */
  @Nullable Request request(long revision) {
    return requests.get(revision);
  }

  /** Returns the requests of nodes by the revisions that they created. */
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
   * Restores a backup: the revisions after it are lost.
   *
   * @param by how far the revisions are bumped
   */
  void restore(long revision, long by) {
    TrueHistory past = new TrueHistory();
    past.lost = lost;
    revisions.forEach(past::append);
    past.requests.putAll(requests);
    int backup = (int) (revision - EMPTY);
    List<RevisionEvents> kept = List.copyOf(revisions.subList(0, backup));
    lostRevisions.clear();
    if (by > 0) {
      revisions.subList(backup, revisions.size()).stream()
          .map(RevisionEvents::revision)
          .filter(gone -> past.differs(revision, gone))
          .forEach(lostRevisions::add);
    }
    unnoticed.clear();
    if (by == 0) {
      past.addTraceless(backup, unnoticed);
    }
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
   * Adds the revisions after a backup up to which foreign programs have left nothing behind: they
   * have deleted, or deleted again what they had written. A node that has followed up to one of
   * them can't find out that the store was restored, which is a known gap.
   */
  private void addTraceless(int backup, List<Long> traceless) {
    for (RevisionEvents made : revisions.subList(backup, revisions.size())) {
      if (made.events().stream().anyMatch(event -> Simulation.NAMESPACE.isReserved(event.key()))) {
        return;
      }
      long first = revisions.get(backup).revision();
      boolean none =
          keys.values().stream()
              .map(states -> present(states, made.revision()))
              .noneMatch(state -> state != null && state.revision() >= first);
      if (none) {
        traceless.add(made.revision());
      }
    }
  }

  /**
   * Returns whether a node that has not noticed the restore would see a value at a revision: the
   * lost state up to some revision, and what was changed after it.
   */
  boolean mayBeSeenUnnoticed(Bytes key, long revision, @Nullable Bytes value) {
    TrueHistory before = lost;
    for (long last : unnoticed) {
      boolean changedAfter = changeBetween(key, last, revision + 1) != 0;
      Bytes seen =
          changedAfter || before == null
              ? valueAt(key, revision, Set.of())
              : before.valueAt(key, last, Set.of());
      if (revision >= last && Objects.equals(seen, value)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the keys of the application differ at two revisions. If not, nothing is lost with a
   * snapshot of the later one.
   */
  private boolean differs(long revision, long later) {
    return keys.values().stream()
        .anyMatch(states -> !Objects.equals(present(states, revision), present(states, later)));
  }

  private static @Nullable State present(List<State> states, long revision) {
    State newest = null;
    for (State state : states) {
      newest = state.revision() <= revision ? state : newest;
    }
    return newest == null || newest.value() == null ? null : newest;
  }

  /** Returns the history that a restore ended; null if there was none. */
  @Nullable TrueHistory lost() {
    return lost;
  }

  List<RevisionEvents> revisions() {
    return revisions;
  }

  /** Returns the revisions after one, up to and including another. */
  List<RevisionEvents> between(long after, long upTo) {
    int from = countUpTo(after);
    return List.copyOf(revisions.subList(from, Math.max(from, countUpTo(upTo))));
  }

  /** Returns the number of revisions up to and including one. */
  private int countUpTo(long revision) {
    int low = 0;
    int high = revisions.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (revisions.get(middle).revision() <= revision) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Returns whether a revision shows data of a lost history only. */
  boolean isOfTheLost(long revision) {
    return lostRevisions.contains(revision);
  }

  /** Returns every key ever written. */
  Collection<Bytes> keys() {
    return keys.keySet();
  }

  /** Returns the value of a key at a revision, as seen by a node that has missed some revisions. */
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

  /**
   * Returns the first revision after one, and before another, that changed a key; 0 if none did.
   */
  long changeBetween(Bytes key, long after, long before) {
    for (State state : keys.getOrDefault(key, List.of())) {
      if (state.revision() > after && state.revision() < before) {
        return state.revision();
      }
    }
    return 0;
  }

  /**
   * Returns whether a key was absent at a revision and deleted by a foreign writer before another
   * revision: foreign writers write no delete fence, so no node can know that the key was present
   * in between.
   *
   * @param missed the revisions that the node may have missed; a key written there is absent to it
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

  /** Returns the revisions that applied an attempt. */
  List<Long> landings(Tag attempt) {
    return landings.getOrDefault(attempt, List.of());
  }

  /** Describes where the attempts of a transaction were applied. */
  String describeLandings(Claim claim) {
    StringBuilder all = new StringBuilder();
    for (Claim.Attempt attempt : claim.attempts) {
      landings(attempt.tag)
          .forEach(revision -> all.append(attempt.tag).append(" at ").append(revision).append(' '));
    }
    return all.toString();
  }

  /** Returns the newest revision at a timestamp, for a node that followed all revisions. */
  long revisionAt(long timestamp) {
    long revision = EMPTY;
    for (int i = 0; i < versions.size() && versions.get(i) <= timestamp; i++) {
      revision = revisions.get(i).revision();
    }
    return revision;
  }
}
