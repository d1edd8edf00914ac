package io.petacore.internal.commit.batch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.DeleteFences;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import io.petacore.internal.mvcc.AppliedState;
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
 * A planner and a layout on a store that rejects every batch that breaks a rule, and a cache that
 * follows it when the test calls {@link #follow}.
 */
final class PlannedStore implements AutoCloseable {

  private static final Namespace NAMESPACE = Namespace.of("ns/");
  private static final int BUCKETS = 4;
  private static final SessionId SESSION = SessionId.random();
  private static final Bytes FENCE = NAMESPACE.toStore(ReservedKeys.sessionFence(SESSION));

  final EmbeddedKvStore store;
  final MvccCache cache = new MvccCache(Duration.ofHours(1), System::nanoTime);
  final BatchPlanner planner;
  final BatchLayout layout;
  final CommitCheck check;
  final DeleteFences fences = new DeleteFences(BUCKETS);
  final InFlightKeys inFlight = new InFlightKeys();

  /** For each key, the revisions that changed it. */
  final Map<Bytes, List<Long>> changes = new TreeMap<>();

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
    Operation fencePut = new Operation.Put(FENCE, Bytes.EMPTY);
    fenceRevision =
        get(store.commit(new Batch(List.of(), List.of(fencePut), List.of()))).revision();
    cache.load(List.of(), fenceRevision, fenceRevision);
  }

  /** A Snapshot transaction that begins now. */
  PendingCommit guarded(Write... writes) {
    return pending(cache.applied().timestamp(), Arrays.asList(writes));
  }

  /** A Serializable transaction that begins now and reads before it writes. */
  PendingCommit reading(List<String> keys, List<KeyRange> ranges, Write... writes) {
    AppliedState since = cache.applied();
    Map<Bytes, Long> read = new TreeMap<>();
    for (String key : keys) {
      Bytes bytes = Bytes.utf8(key);
      read.put(bytes, CommitCheck.modRevision(cache.find(bytes, since.timestamp())));
    }
    return pending(
        since.timestamp(),
        Arrays.asList(writes),
        new ReadSet(since, read, ranges, List.of(), false));
  }

  PendingCommit unguarded(Write... writes) {
    return pending(CommitRequest.UNGUARDED, Arrays.asList(writes));
  }

  PendingCommit pending(long snapshot, Collection<Write> writes) {
    return pending(snapshot, writes, null);
  }

  private PendingCommit pending(long snapshot, Collection<Write> writes, @Nullable ReadSet reads) {
    Deadline never = Deadline.in(Duration.ofHours(1), System::nanoTime);
    PendingCommit commit =
        new PendingCommit(
            new CommitRequest(writes, snapshot, never, false, false, reads, new Contention(), 1),
            null);
    commit.arrive(++arrivals);
    return commit;
  }

  static Write put(String key, String value) {
    return new Write(Bytes.utf8(key), Bytes.utf8(value));
  }

  static Write delete(String key) {
    return new Write(Bytes.utf8(key), null);
  }

  /** Puts of a value to that many keys. */
  static Write[] writes(int count, String value) {
    Write[] writes = new Write[count];
    for (int i = 0; i < count; i++) {
      writes[i] = put("k" + i, value);
    }
    return writes;
  }

  static List<PendingCommit> members(BatchPlanner.Round round) {
    return round.plan().members();
  }

  /** Plans a batch, and records what was found out as the dispatcher does. */
  BatchPlanner.Round plan(Collection<PendingCommit> pending) {
    BatchPlanner.Round round = planner.plan(pending, inFlight, cache.applied(), false);
    round.record();
    return round;
  }

  /** Sends a plan; the store throws if it breaks a rule. */
  BatchResult send(BatchPlanner.Plan plan) {
    return get(store.commit(frame(0, recordRevision()).commit(plan, layOut(plan))));
  }

  /** Sends a plan with the operations that it has while the exclusive commit lock is held. */
  void sendHoldingTheLock(BatchPlanner.Plan plan) {
    BatchRequest before = frame(0, 0);
    Operation lockPut = new Operation.Put(before.lockKey(), Bytes.utf8("holder"));
    long lock = get(store.commit(before.changeLock(List.of(lockPut)))).revision();
    BatchRequest frame = frame(lock, recordRevision());
    assertTrue(get(store.commit(frame.commit(plan, layOut(plan)))).applied());
  }

  private BatchRequest frame(long lockRevision, long recordRevision) {
    return new BatchRequest(NAMESPACE, FENCE, fenceRevision, lockRevision, recordRevision);
  }

  BatchLayout.Layout layOut(BatchPlanner.Plan plan) {
    return layout.layOut(plan, new CommitRecord(1_000 + ++numbers, SESSION, numbers));
  }

  /** Another node commits a write, with the delete fence of a delete. */
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

  /** Applies every revision up to the newest to the cache. */
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
