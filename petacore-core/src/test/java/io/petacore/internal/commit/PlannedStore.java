package io.petacore.internal.commit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.DeleteFences;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KeyValue;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A planner and a layout on a store that refuses every batch that breaks a rule, and a cache that
 * follows it when the test says so.
 */
final class PlannedStore implements AutoCloseable {

  private static final Namespace NAMESPACE = Namespace.of("ns/");
  private static final int BUCKETS = 4;

  final EmbeddedKvStore store;
  final MvccCache cache = new MvccCache(Duration.ofHours(1), System::nanoTime);
  final BatchPlanner planner;
  final BatchLayout layout;
  final CommitCheck check;
  final DeleteFences fences = new DeleteFences(BUCKETS);
  final InFlightKeys footprint = new InFlightKeys();

  /** For each key, the revisions that changed it. */
  final Map<Bytes, List<Long>> changes = new TreeMap<>();

  private final Session session;
  private final long fenceRevision;
  private Map<Bytes, KeyValue> last = Map.of();
  private long arrivals;
  private long numbers;

  PlannedStore(int maxOperations, int maxRequestBytes) {
    store =
        EmbeddedKvStore.builder()
            .maxOperations(maxOperations)
            .maxRequestBytes(maxRequestBytes)
            .build();
    check = new CommitCheck(cache, fences);
    planner =
        new BatchPlanner(check::check, maxOperations, maxRequestBytes, NAMESPACE.prefix().length());
    layout = new BatchLayout(NAMESPACE, maxOperations);
    CommitRecords records =
        new CommitRecords(new HybridLogicalClock(() -> 1, Duration.ofDays(1)), NAMESPACE);
    Session.Opened opened = get(Session.open(store, NAMESPACE, records, Duration.ofHours(1)));
    session = opened.session();
    fenceRevision = opened.fenceRevision();
    cache.load(List.of(), fenceRevision, fenceRevision);
  }

  /** A transaction under Snapshot, at what the cache shows now. */
  PendingCommit guarded(Write... writes) {
    return pending(cache.applied().timestamp(), Arrays.asList(writes));
  }

  PendingCommit unguarded(Write... writes) {
    return pending(CommitRequest.UNGUARDED, Arrays.asList(writes));
  }

  PendingCommit pending(long snapshot, Collection<Write> writes) {
    Deadline never = Deadline.in(Duration.ofHours(1), System::nanoTime);
    PendingCommit commit = new PendingCommit(new CommitRequest(writes, snapshot, never), null);
    commit.arrive(++arrivals);
    return commit;
  }

  static Write put(String key, String value) {
    return new Write(Bytes.utf8(key), Bytes.utf8(value));
  }

  static Write delete(String key) {
    return new Write(Bytes.utf8(key), null);
  }

  BatchPlanner.Round plan(Collection<PendingCommit> waiting) {
    return planner.plan(waiting, footprint, cache.applied());
  }

  /** Sends a plan; the store throws if it breaks a rule. */
  BatchResult send(BatchPlanner.Plan plan) {
    BatchRequest frame = new BatchRequest(NAMESPACE, session, fenceRevision, 0, recordRevision());
    return get(store.commit(frame.of(plan, lay(plan))));
  }

  /** Sends a plan in the form that it has while the turn is held. */
  void sendUnderTheTurn(BatchPlanner.Plan plan) {
    BatchRequest before = new BatchRequest(NAMESPACE, session, fenceRevision, 0, 0);
    long turn = get(store.commit(before.takingTurn())).revision();
    BatchRequest frame =
        new BatchRequest(NAMESPACE, session, fenceRevision, turn, recordRevision());
    assertTrue(get(store.commit(frame.of(plan, lay(plan)))).applied());
  }

  BatchLayout.Laid lay(BatchPlanner.Plan plan) {
    return layout.lay(plan, new CommitRecord(1_000 + ++numbers, session.id(), numbers));
  }

  /** Somebody else commits, who keeps to the rules of deletions. */
  void elsewhere(Write write) {
    List<Operation> operations = new ArrayList<>();
    operations.add(new Operation.Put(recordKey(), Bytes.utf8("elsewhere" + ++numbers)));
    Bytes key = NAMESPACE.toStore(write.key());
    Bytes value = write.value();
    operations.add(value == null ? new Operation.Delete(key) : new Operation.Put(key, value));
    if (value == null) {
      Bytes fence = NAMESPACE.toStore(fences.fenceOf(write.key()));
      operations.add(new Operation.Put(fence, Bytes.EMPTY));
    }
    assertTrue(get(store.commit(new Batch(List.of(), operations, List.of()))).applied());
  }

  /** The cache comes to the newest revision, one by one. */
  void follow() {
    long newest = state(0).newest;
    for (long r = cache.applied().revision() + 1; r <= newest; r++) {
      List<Change> changed = new ArrayList<>();
      Map<Bytes, KeyValue> next = state(r).entries;
      for (KeyValue kv : next.values()) {
        if (kv.modRevision() == r) {
          changed.add(new Change(kv.key(), kv.value(), r));
        }
      }
      for (Bytes key : last.keySet()) {
        if (!next.containsKey(key)) {
          changed.add(new Change(key, null, r));
        }
      }
      for (Change change : changed) {
        changes.computeIfAbsent(change.key(), key -> new ArrayList<>()).add(r);
      }
      cache.apply(changed, r, r);
      last = next;
    }
  }

  private record State(Map<Bytes, KeyValue> entries, long newest) {}

  /** Data and delete fences, without namespace. */
  private State state(long revision) {
    var page = get(store.range(new RangeRequest(NAMESPACE.range(), revision, 0)));
    Map<Bytes, KeyValue> entries = new TreeMap<>();
    for (KeyValue kv : page.entries()) {
      Bytes key = NAMESPACE.fromStore(kv.key());
      if (!ReservedKeys.isReserved(key) || ReservedKeys.isDeleteFence(key)) {
        entries.put(key, new KeyValue(key, kv.value(), kv.modRevision(), kv.putCount()));
      }
    }
    return new State(entries, page.revision());
  }

  /** The newest revision. */
  long newest() {
    return state(0).newest;
  }

  @Nullable KeyValue stored(Bytes key) {
    return state(0).entries.get(key);
  }

  @Nullable String value(String key) {
    KeyValue kv = stored(Bytes.utf8(key));
    return kv == null ? null : kv.value().toUtf8();
  }

  private long recordRevision() {
    var page = get(store.range(new RangeRequest(KeyRange.single(recordKey()), 0, 1)));
    return page.entries().isEmpty() ? 0 : page.entries().get(0).modRevision();
  }

  private static Bytes recordKey() {
    return NAMESPACE.toStore(ReservedKeys.COMMIT_RECORD);
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
