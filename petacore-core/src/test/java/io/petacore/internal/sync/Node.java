package io.petacore.internal.sync;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.RecordingRevisionListener;
import io.petacore.internal.mvcc.Version;
import io.petacore.store.Operation;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.ScriptedWatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A cache that replicates a scripted store in virtual time, on the test's thread. */
final class Node {

  static final Namespace NAMESPACE = Namespace.of("n/");
  static final Duration RETENTION = Duration.ofSeconds(10);
  static final Duration MAX_OFFSET = Duration.ofNanos(1_000);
  static final Duration AGREEMENT_MARGIN = Duration.ofNanos(5_000);

  /** Longer than any backoff. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private static final SessionId SESSION = new SessionId(1, 2);

  final ScriptedKvStore store;
  final ManualScheduler scheduler = new ManualScheduler();
  final AtomicLong wall = new AtomicLong(1_000_000);
  final HybridLogicalClock clock = new HybridLogicalClock(this::wallClock, MAX_OFFSET);
  final MvccCache cache = new MvccCache(RETENTION, scheduler::nanoTime);
  final List<Synchronizer.State> states = new ArrayList<>();
  final RecordingRevisionListener listener = new RecordingRevisionListener();
  final Synchronizer synchronizer;
  CompletableFuture<Void> synced = new CompletableFuture<>();
  @Nullable RuntimeException clockFailure;

  Node(ScriptedKvStore store) {
    this.store = store;
    store.afterOpening(scheduler::runDue);
    this.synchronizer =
        new Synchronizer(
            store,
            NAMESPACE,
            cache,
            clock,
            scheduler,
            AGREEMENT_MARGIN,
            listener,
            states::add,
            new Monitor("", wall::get, scheduler::nanoTime));
  }

  Node() {
    this(new ScriptedKvStore());
  }

  private long wallClock() {
    RuntimeException thrown = clockFailure;
    if (thrown != null) {
      clockFailure = null;
      throw thrown;
    }
    return wall.get();
  }

  /** Starts and loads; the watch is requested but not accepted yet. */
  void load() {
    synced = synchronizer.start();
    scheduler.runDue();
  }

  /** Starts, loads, and has the watch accepted. */
  ScriptedWatch follow() {
    load();
    return store.watch().open();
  }

  /** Advances the time past any backoff. */
  void pause() {
    scheduler.advance(PAUSE);
  }

  /** A put of a key of the namespace. */
  static Operation put(String key, String value) {
    return new Operation.Put(NAMESPACE.toStore(Bytes.utf8(key)), Bytes.utf8(value));
  }

  static Operation delete(String key) {
    return new Operation.Delete(NAMESPACE.toStore(Bytes.utf8(key)));
  }

  /** A put of the commit record. */
  static Operation record(long timestamp) {
    return record(new CommitRecord(timestamp, SESSION, 1).encode());
  }

  static Operation record(Bytes value) {
    return new Operation.Put(recordKey(), value);
  }

  static Bytes recordKey() {
    return NAMESPACE.toStore(ReservedKeys.COMMIT_RECORD);
  }

  /** The contents of the cache at the applied revision. */
  Map<String, String> contents() {
    return contents(cache.applied().timestamp());
  }

  /** The contents of the cache at a timestamp, read by a scan. */
  Map<String, String> contents(long timestamp) {
    Map<String, String> contents = new TreeMap<>();
    Iterator<Entry> entries = cache.scan(KeyRange.all(), Order.ASCENDING, timestamp);
    while (entries.hasNext()) {
      Entry entry = entries.next();
      contents.put(entry.key().toUtf8(), entry.value().toUtf8());
    }
    return contents;
  }

  /** The visible version of a key at the applied revision; possibly a tombstone. */
  Version find(String key) {
    return Objects.requireNonNull(cache.find(Bytes.utf8(key), timestamp()));
  }

  long revision() {
    return cache.applied().revision();
  }

  long timestamp() {
    return cache.applied().timestamp();
  }

  /** The most recent publication. */
  RecordingRevisionListener.Publication lastPublication() {
    return listener.publications.get(listener.publications.size() - 1);
  }
}
