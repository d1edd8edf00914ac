package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.BatchResult;
import io.petacore.store.Event;
import io.petacore.store.KvStore;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random concurrent transactions of two nodes: overlapping keys, deletes, both isolation levels,
 * from one write to more than fit in a request.
 *
 * <p><b>Invariant.</b> etcd rejects no request as malformed. Reported outcomes agree with the
 * history: a committed transaction was applied completely at its revision, and under Snapshot no
 * other transaction changed its keys since its snapshot. Otherwise nothing was applied, and a
 * conflict implies such a change.
 *
 * <p><b>Interleaving.</b> Many transactions start on each node before the first completes, so that
 * they share requests, queue for the same keys, and conflict with the other node in etcd.
 */
@WithEtcd(own = true)
class RandomTransactionsTest {

  private static final int BURSTS = 60;
  private static final int KEYS = 40;
  private static final int LARGE_BYTES = 400 * 1024;

  private final EtcdCluster etcd;
  private final Nodes nodes;
  private final Queue<StoreException> rejections = new ConcurrentLinkedQueue<>();

  RandomTransactionsTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
  }

  /** The {@code --max-txn-ops} of the servers. */
  int maxTxnOps() {
    return 128;
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  static LongStream seeds() {
    return LongStream.of(1, new Random().nextLong());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyRequestIsAcceptedAndEveryOutcomeIsTrue(long seed) throws Exception {
    new Run(new Random(seed)).run();
  }

  private DistributedStorage open() {
    return nodes.open(
        recording(
            EtcdKvStore.builder().endpoints(etcd.endpoints()).maxTxnOps(maxTxnOps()).connect()));
  }

  /**
   * Wraps a store to record rejections, some of which the pipeline would hide by splitting a batch.
   */
  private KvStore recording(KvStore store) {
    return (KvStore)
        Proxy.newProxyInstance(
            KvStore.class.getClassLoader(),
            new Class<?>[] {KvStore.class},
            (proxy, method, arguments) -> {
              try {
                Object response = method.invoke(store, arguments);
                return method.getName().equals("commit")
                    ? ((CompletableFuture<?>) response).whenComplete(this::record)
                    : response;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void record(@Nullable Object response, @Nullable Throwable failure) {
    assertTrue(response == null || response instanceof BatchResult);
    if (failure != null && StoreException.of(failure).kind() == StoreException.Kind.REJECTED) {
      rejections.add(StoreException.of(failure));
    }
  }

  /** A transaction and its outcome: exactly one of the last two fields is set. */
  private static final class Attempt {
    final boolean guarded;
    final Map<String, @Nullable String> writes;
    long snapshot;
    @Nullable CommitResult committed;
    @Nullable Throwable failure;

    Attempt(boolean guarded, Map<String, @Nullable String> writes) {
      this.guarded = guarded;
      this.writes = writes;
    }

    boolean isCommittedAt(long revision) {
      return committed != null && committed.revision() == revision;
    }
  }

  private final class Run {
    private final Random random;
    private final List<DistributedStorage> storages = List.of(open(), open());
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<CompletableFuture<?>> futures = new ArrayList<>();

    /** The revisions that changed a key, and the writes of each revision, from the history. */
    private final Map<String, NavigableSet<Long>> changes = new HashMap<>();

    private final Map<Long, Map<String, @Nullable String>> written = new HashMap<>();
    private final Map<String, String> last = new TreeMap<>();

    Run(Random random) {
      this.random = random;
    }

    void run() throws Exception {
      for (int burst = 0; burst < BURSTS; burst++) {
        int size = 1 + random.nextInt(40);
        for (int i = 0; i < size; i++) {
          begin(storages.get(random.nextInt(storages.size())));
        }
        if (random.nextInt(3) == 0) {
          CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).join();
        }
      }
      CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).join();
      assertEquals(List.of(), List.copyOf(rejections));
      readHistory();
      attempts.forEach(this::verify);
      written.forEach(this::assertWritten);
      for (DistributedStorage storage : storages) {
        Await.until("the storage has the last state", () -> entries(storage).equals(last));
      }
      assertCoverage();
    }

    private void begin(DistributedStorage storage) {
      boolean guarded = random.nextInt(3) > 0;
      Attempt attempt = new Attempt(guarded, writes("t" + attempts.size()));
      attempts.add(attempt);
      TransactionOptions options =
          TransactionOptions.defaults()
              .maxAttempts(1)
              .isolation(guarded ? IsolationLevel.SNAPSHOT : IsolationLevel.READ_COMMITTED);
      futures.add(
          storage
              .runTransactionAsync(
                  options,
                  tx -> {
                    attempt.snapshot = tx.revision();
                    attempt.writes.forEach(
                        (key, value) -> {
                          if (value == null) {
                            tx.delete(key);
                          } else {
                            tx.write(key, value);
                          }
                        });
                  })
              .handle(
                  (result, failure) -> {
                    attempt.committed = result;
                    attempt.failure = failure;
                    return attempt;
                  }));
    }

    private Map<String, @Nullable String> writes(String value) {
      Map<String, @Nullable String> writes = new TreeMap<>();
      switch (random.nextInt(40)) {
        case 0 -> { // up to the limit of nested requests, and beyond
          int count = 1 + random.nextInt(maxTxnOps() * maxTxnOps() / 3);
          for (int i = 0; i < count; i++) {
            writes.put("wide" + i, random.nextInt(4) == 0 ? null : value);
          }
        }
        case 1, 2 -> writes.put(key(), value + "x".repeat(random.nextInt(LARGE_BYTES)));
        default -> {
          int count = random.nextInt(8) == 0 ? 1 + random.nextInt(KEYS) : 1 + random.nextInt(3);
          for (int i = 0; i < count; i++) {
            writes.put(key(), random.nextInt(3) == 0 ? null : value);
          }
        }
      }
      return writes;
    }

    private String key() {
      return "k" + random.nextInt(KEYS);
    }

    private void readHistory() throws Exception {
      int prefix = Bytes.utf8(nodes.namespace()).length();
      CommitHistory history = CommitHistory.read(nodes.connect(), nodes.namespace());
      for (RevisionEvents revision : history.revisions()) {
        for (Event event : revision.events()) {
          Bytes key = event.key().substring(prefix);
          if (!ReservedKeys.isReserved(key)) {
            Bytes value = event.value();
            change(revision.revision(), key.toUtf8(), value == null ? null : value.toUtf8());
          }
        }
      }
    }

    private void change(long revision, String key, @Nullable String value) {
      changes.computeIfAbsent(key, any -> new TreeSet<>()).add(revision);
      written.computeIfAbsent(revision, any -> new HashMap<>()).put(key, value);
      if (value == null) {
        last.remove(key);
      } else {
        last.put(key, value);
      }
    }

    private void verify(Attempt attempt) {
      if (attempt.committed == null) {
        assertFailedForAReason(attempt);
        return;
      }
      long revision = attempt.committed.revision();
      attempt.writes.forEach(
          (key, value) -> {
            Map<String, @Nullable String> here = written.getOrDefault(revision, Map.of());
            String found = here.get(key);
            assertTrue(
                isLast(attempt, key, found, revision),
                () -> key + " at " + revision + " is not the committed value but " + found);
            if (found == null && !here.containsKey(key)) {
              assertEquals(null, before(key, revision), () -> key + " was not deleted");
            }
            Long next = changesOf(key).higher(attempt.snapshot);
            assertTrue(
                !attempt.guarded || next == null || next >= revision,
                () -> key + " was changed between the snapshot and the commit at " + revision);
          });
    }

    /** Among unguarded writes of the same revision, only the last one is in the history. */
    private boolean isLast(Attempt attempt, String key, @Nullable String found, long revision) {
      if (Objects.equals(found, attempt.writes.get(key))) {
        return true;
      }
      return !attempt.guarded
          && attempts.stream()
              .anyMatch(
                  other ->
                      !other.guarded
                          && other.isCommittedAt(revision)
                          && other.writes.containsKey(key)
                          && Objects.equals(found, other.writes.get(key)));
    }

    private NavigableSet<Long> changesOf(String key) {
      return changes.getOrDefault(key, new TreeSet<>());
    }

    private @Nullable String before(String key, long revision) {
      Long changed = changesOf(key).lower(revision);
      return changed == null ? null : written.getOrDefault(changed, Map.of()).get(key);
    }

    private void assertFailedForAReason(Attempt attempt) {
      if (attempt.failure instanceof TransactionTooLargeException) {
        return;
      }
      assertTrue(
          attempt.failure instanceof TransactionConflictException,
          () -> "unexpected failure: " + attempt.failure);
      assertTrue(
          attempt.writes.keySet().stream()
              .anyMatch(key -> changesOf(key).higher(attempt.snapshot) != null),
          "a conflict without a concurrent change");
    }

    /**
     * Asserts that every write of a revision belongs to a transaction that was reported as
     * committed at it.
     */
    private void assertWritten(long revision, Map<String, @Nullable String> here) {
      List<Attempt> members =
          attempts.stream().filter(attempt -> attempt.isCommittedAt(revision)).toList();
      here.forEach(
          (key, value) ->
              assertTrue(
                  members.stream()
                      .anyMatch(
                          member ->
                              member.writes.containsKey(key)
                                  && Objects.equals(value, member.writes.get(key))),
                  () -> "no transaction committed " + key + " at " + revision));
    }

    private Map<String, String> entries(DistributedStorage storage) {
      Map<String, String> entries = new TreeMap<>();
      try (Snapshot snapshot = storage.snapshot()) {
        for (Entry entry : snapshot.scan(KeyRange.all())) {
          entries.put(entry.key().toUtf8(), entry.value().toUtf8());
        }
      }
      return entries;
    }

    private void assertCoverage() {
      long batches = 0;
      long batched = 0;
      for (DistributedStorage storage : storages) {
        batches += storage.status().counters().batches();
        batched += storage.status().counters().batchedTransactions();
      }
      assertTrue(batched > batches, "no request was shared");
      assertTrue(attempts.stream().anyMatch(attempt -> attempt.committed != null));
      assertTrue(
          attempts.stream().anyMatch(a -> a.failure instanceof TransactionConflictException));
      assertTrue(
          attempts.stream().anyMatch(a -> a.committed != null && a.writes.size() > maxTxnOps()),
          "no request was nested");
    }
  }
}
