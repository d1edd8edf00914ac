package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Event;
import io.petacore.store.KeyValue;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.StoreLimits;
import io.petacore.store.embedded.EtcdModel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The store that all nodes share: the model of etcd with its leases, watches and outages. */
final class Cluster {
  private static final Bytes LOCK = Simulation.stored(ReservedKeys.EXCLUSIVE_LOCK);

  private final Timeline timeline;
  private final Trace trace;
  private final EtcdModel model;
  private final TrueHistory truth;
  private final int pageSize;
  private final Set<WatchStream> streams = new LinkedHashSet<>();
  private Consumer<Node> onLock = holder -> {};
  private long awayUntil;
  private long fullUntil;
  private int history;

  /**
   * @param pageSize maximum number of entries of a page whose request has a limit
   */
  Cluster(Timeline timeline, Trace trace, StoreLimits limits, int pageSize, TrueHistory truth) {
    this.timeline = timeline;
    this.pageSize = pageSize;
    this.trace = trace;
    this.model = new EtcdModel(limits, timeline::now);
    this.truth = truth;
  }

  EtcdModel model() {
    return model;
  }

  /** Returns the number of restores; requests sent before a restore are lost. */
  int history() {
    return history;
  }

  /** Returns a page of a range, with the total count. */
  RangePage range(RangeRequest request) {
    RangePage whole = model.range(new RangeRequest(request.range(), request.revision(), 0));
    List<KeyValue> all = whole.entries();
    int size = Math.min(request.limit(), pageSize);
    return request.limit() == 0 || all.size() <= size
        ? whole
        : new RangePage(all.subList(0, size), true, whole.revision(), all.size() - size);
  }

  /** Runs an operation on the server. */
  <T> T serve(Supplier<T> work) {
    try {
      model.expire();
      return work.get();
    } finally {
      record();
      lookAfterLeases();
    }
  }

  /** Applies the batch of a node. */
  BatchResult commit(Node sender, Batch batch) {
    BatchResult result = model.commit(batch);
    if (result.applied()) {
      Set<Bytes> deletes = new LinkedHashSet<>();
      addDeletes(batch.operations(), result.groups().iterator(), true, deletes);
      truth.requested(result.revision(), new TrueHistory.Request(sender, timeline.now(), deletes));
    }
    return result;
  }

  private static void addDeletes(
      List<Operation> operations, Iterator<Boolean> groups, boolean runs, Set<Bytes> deletes) {
    for (Operation operation : operations) {
      if (operation instanceof Operation.Group group) {
        addDeletes(group.operations(), groups, groups.next(), deletes);
      } else if (runs && operation instanceof Operation.Delete delete) {
        deletes.add(Simulation.NAMESPACE.fromStore(delete.key()));
      }
    }
  }

  private void record() {
    for (long revision = truth.newest() + 1; revision <= model.newest(); revision++) {
      RevisionEvents made = model.revision(revision, KeyRange.all());
      truth.append(made);
      trace.note("revision", revision, () -> describe(made));
      reportLock(made);
    }
    streams.forEach(WatchStream::wake);
  }

  /** Calls a listener with each node that acquires the exclusive commit lock. */
  void whenLocked(Consumer<Node> listener) {
    onLock = listener;
  }

  private void reportLock(RevisionEvents made) {
    TrueHistory.Request request = truth.request(made.revision());
    if (request != null
        && made.events().stream()
            .anyMatch(event -> event.key().equals(LOCK) && event.value() != null)) {
      onLock.accept(request.sender());
    }
  }

  private static String describe(RevisionEvents made) {
    List<String> changes = new ArrayList<>();
    for (Event event : made.events()) {
      changes.add(event.key() + (event.value() == null ? " deleted" : "=" + event.value()));
    }
    return made.revision() + " " + changes;
  }

  private void lookAfterLeases() {
    Long nanos = model.nanosToNextEnd();
    if (nanos != null) {
      long at = timeline.now() + nanos;
      timeline.after(
          nanos,
          null,
          () -> {
            Long left = model.nanosToNextEnd();
            if (left != null && left <= 0) {
              trace.note("lease", at, () -> "a lease ends");
              serve(() -> true);
            }
          });
    }
  }

  void open(WatchStream stream) {
    streams.add(stream);
    stream.wake();
  }

  void close(WatchStream stream) {
    streams.remove(stream);
  }

  boolean isAway() {
    return timeline.now() < awayUntil;
  }

  void beAwayFor(long nanos) {
    awayUntil = timeline.now() + nanos;
    breakStreams(null);
  }

  /** Returns whether the store has no space for puts. */
  boolean isFull() {
    return timeline.now() < fullUntil;
  }

  void beFullFor(long nanos) {
    fullUntil = timeline.now() + nanos;
  }

  /** Ends the watches of a node, or of all nodes. */
  void breakStreams(@Nullable Node of) {
    for (WatchStream stream : List.copyOf(streams)) {
      if (of == null || stream.node() == of) {
        stream.end(
            new StoreException(StoreException.Kind.UNAVAILABLE, "the connection broke", null));
      }
    }
  }

  /**
   * Returns the latest revision, up to a given one, that is followed by a request of a node. A
   * restore that assigns revisions again after losing only foreign deletions is a known gap.
   */
  long beforeARequest(long revision) {
    long found = revision;
    while (found > Simulation.PREPARED && truth.request(found + 1) == null) {
      found--;
    }
    return found;
  }

  /**
   * Restores a backup. Every connection breaks, and requests in flight are lost.
   *
   * @param bump how far the revisions are bumped, with everything below compacted; 0 for no bump
   */
  void restore(long revision, long bump) {
    history++;
    if (bump == 0) {
      model.restore(revision);
    } else {
      model.restoreBumped(revision, bump);
    }
    truth.restore(revision, bump);
    breakStreams(null);
    lookAfterLeases();
  }

  /** Ends all outages. */
  void heal() {
    awayUntil = 0;
    fullUntil = 0;
  }
}
