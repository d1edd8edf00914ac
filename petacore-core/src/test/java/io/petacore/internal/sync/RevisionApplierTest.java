package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.RevisionListener;
import io.petacore.internal.mvcc.Version;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Timestamps on which all nodes agree, and where agreement is not known. */
class RevisionApplierTest {
  private static final long AGREEMENT_MARGIN = Node.AGREEMENT_MARGIN.toNanos();

  private final ScriptedKvStore store = new ScriptedKvStore();
  private final Node early = new Node(store);
  private final ScriptedWatch earlyWatch = early.follow();

  private static void assertRefused(Node node, long timestamp) {
    assertThrows(TransactionTooOldException.class, () -> node.cache.exactlyAt(timestamp));
  }

  private void commit(long timestamp) {
    store.change(record(timestamp), put("a", "" + timestamp));
    earlyWatch.deliver();
  }

  private void foreign() {
    store.change(put("b", "" + store.newest()));
    earlyWatch.deliver();
  }

  @Test
  void timestampsAreAgreedFromTheFirstOneFarEnoughAboveTheLoadedOne() {
    commit(900_000);
    Node late = new Node(store);
    ScriptedWatch lateWatch = late.follow();
    commit(900_000 + AGREEMENT_MARGIN);
    commit(900_001 + AGREEMENT_MARGIN); // another node may have counted up to here
    commit(900_003 + AGREEMENT_MARGIN);
    long first = store.newest();
    commit(900_100 + AGREEMENT_MARGIN);
    lateWatch.deliver();
    assertRefused(late, 900_000);
    assertRefused(late, 900_000 + AGREEMENT_MARGIN);
    assertRefused(late, 900_001 + AGREEMENT_MARGIN);
    assertEquals(first, late.cache.exactlyAt(900_003 + AGREEMENT_MARGIN).revision());
    assertEquals(first, late.cache.exactlyAt(900_099 + AGREEMENT_MARGIN).revision());
    assertRefused(late, 900_100 + AGREEMENT_MARGIN);
  }

  /**
   * The earlier node has assigned timestamps up to the bound. Each revision without a timestamp
   * advances them, which the later node cannot see in its own timestamps.
   */
  @Test
  void revisionsWithoutATimestampRaiseTheAgreedBound() {
    commit(900_000 + AGREEMENT_MARGIN); // a clock that is ahead
    commit(900_000); // and one that is behind: the timestamp is one more than the last
    Node late = new Node(store);
    ScriptedWatch lateWatch = late.follow();
    for (int i = 0; i < 5; i++) {
      foreign();
    }
    commit(900_002 + AGREEMENT_MARGIN);
    lateWatch.deliver();
    long tooLow = late.timestamp();
    commit(990_000);
    lateWatch.deliver();
    foreign();
    lateWatch.deliver();
    assertEquals(early.timestamp(), late.timestamp());
    assertEquals(
        early.cache.exactlyAt(990_000).revision(), late.cache.exactlyAt(990_000).revision());
    assertRefused(late, tooLow);
  }

  /** Then the timestamps that other nodes have assigned are unknown. */
  @Test
  void afterAMalformedLoadedRecordTheFirstValidOneSetsTheBound() {
    commit(900_000);
    store.change(record(Bytes.utf8("garbage")));
    Node late = new Node(store);
    ScriptedWatch lateWatch = late.follow();
    commit(899_000); // 900,002 on nodes that applied the earlier revisions
    commit(899_001 + AGREEMENT_MARGIN);
    commit(990_000);
    lateWatch.deliver();
    assertRefused(late, 899_000);
    assertEquals(
        early.cache.exactlyAt(899_001 + AGREEMENT_MARGIN).revision(),
        late.cache.exactlyAt(899_001 + AGREEMENT_MARGIN).revision());
  }

  @Test
  void aResyncInterruptsTheAgreedTimestamps() {
    commit(900_000);
    store.change(record(910_000), put("a", "910000"), put("trace", "is left"));
    earlyWatch.deliver();
    long before = store.newest();
    store.change(record(920_000), put("a", "unseen"));
    store.change(record(930_000), put("a", "unseen"));
    store.compact(store.newest());
    earlyWatch.end(Kind.COMPACTED);
    early.pause();
    ScriptedWatch watch = store.watch().open();
    store.change(record(930_000 + AGREEMENT_MARGIN), put("a", "too near"));
    store.change(record(940_000), put("a", "far enough"));
    store.change(record(950_000), put("a", "last"));
    watch.deliver();
    assertEquals(before, early.cache.exactlyAt(910_000).revision());
    assertRefused(early, 910_001);
    assertRefused(early, 920_000);
    assertRefused(early, 930_000);
    assertRefused(early, 930_000 + AGREEMENT_MARGIN);
    assertEquals(store.newest() - 1, early.cache.exactlyAt(940_000).revision());
  }

  @Test
  void withoutARecordTimestampsAreAgreedFromTheFirstOne() {
    foreign();
    commit(900_000);
    commit(910_000);
    assertEquals(3, early.cache.exactlyAt(900_000).revision());
  }

  /** However small the history bound: the commit pipeline uses it to verify deletes. */
  @Test
  void aListenerFindsEveryVersionOfTheRevision() throws Exception {
    Bytes key = Bytes.utf8("a");
    MvccCache cache = new MvccCache(Node.RETENTION, 0, () -> 0L);
    LookingListener looking = new LookingListener(cache, key);
    SyncCounters counters = new SyncCounters();
    RevisionApplier applier =
        new RevisionApplier(
            cache,
            new HybridLogicalClock(() -> 1_000, Node.MAX_OFFSET),
            new KeyClassifier(Node.NAMESPACE, counters),
            counters,
            Node.AGREEMENT_MARGIN,
            looking);
    cache.load(List.of(new Change(key, Bytes.utf8("1"), 2)), 2, 10);
    Event deleted = new Event(Node.NAMESPACE.toStore(key), null, 0);
    applier.apply(new RevisionEvents(3, List.of(deleted)));
    assertEquals(cache.applied().timestamp(), looking.found);
    assertNull(cache.find(key, cache.applied().timestamp()), "freed after that");
  }

  /** Reads the version of a key that each reported revision wrote. */
  private static final class LookingListener implements RevisionListener {
    private final MvccCache cache;
    private final Bytes key;
    private long found;

    LookingListener(MvccCache cache, Bytes key) {
      this.cache = cache;
      this.key = key;
    }

    @Override
    public void following(boolean now) {}

    @Override
    public void applied(AppliedState now, Commits commits) {
      Version newest = cache.find(key, now.timestamp());
      found = newest == null ? 0 : newest.timestamp();
    }

    @Override
    public void loaded(AppliedState now, Commits commits, History history) {}

    @Override
    public void unlocked() {}
  }
}
