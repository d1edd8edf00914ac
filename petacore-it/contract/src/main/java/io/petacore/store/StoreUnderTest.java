package io.petacore.store;

import static io.petacore.testing.Answers.answer;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.testing.RecordingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A store with a random key prefix, so that it may be shared, and short forms of its calls for the
 * contract tests: keys below the prefix, completed results.
 */
public final class StoreUnderTest {
  /** What a test needs of a store beyond its contract. */
  public interface Hooks {
    /** Compacts the store's history below a revision. */
    void compact(long revision) throws Exception;

    /** Advances the time of the leases. Does nothing in real time, since tests await conditions. */
    void passTime(Duration time);
  }

  private final KvStore store;
  private final Hooks hooks;
  private final Bytes prefix = Bytes.utf8("contract-" + UUID.randomUUID() + "/");

  /** Opens a store. */
  public StoreUnderTest(KvStore store, Hooks hooks) {
    this.store = store;
    this.hooks = hooks;
  }

  /** The store. */
  public KvStore store() {
    return store;
  }

  /** A key below the prefix. */
  public Bytes key(String name) {
    return key(Bytes.utf8(name));
  }

  /** A key below the prefix. */
  public Bytes key(Bytes name) {
    return prefix.concat(name);
  }

  /** All keys below the prefix. */
  public KeyRange all() {
    return KeyRange.prefix(prefix);
  }

  // --- steps of a batch

  static Bytes value(String text) {
    return Bytes.utf8(text);
  }

  Operation.Put put(String key, String value) {
    return new Operation.Put(key(key), value(value));
  }

  Operation.Put put(String key, String value, long lease) {
    return new Operation.Put(key(key), value(value), lease);
  }

  Operation.Delete delete(String key) {
    return new Operation.Delete(key(key));
  }

  Guard guard(String key, long modRevision) {
    return new Guard.OfKey(key(key), modRevision);
  }

  /** A guard that no key from one to another, exclusive, was written after a revision. */
  Guard guard(String from, String to, long revision) {
    return new Guard.OfRange(KeyRange.closedOpen(key(from), key(to)), revision);
  }

  /** A guard that holds: on a key that nothing writes. */
  Guard holds() {
    return guard("never-written", 0);
  }

  /** A guard that fails. */
  Guard fails() {
    return guard("never-written", 1);
  }

  static Operation.Group group(List<Guard> guards, Operation... operations) {
    return new Operation.Group(guards, List.of(operations));
  }

  static Batch batch(Operation... operations) {
    return new Batch(List.of(), List.of(operations), List.of());
  }

  // --- calls

  BatchResult commit(Batch batch) throws Exception {
    return answer(store.commit(batch));
  }

  /** Commits a batch that must be applied. */
  BatchResult commit(Operation... operations) throws Exception {
    BatchResult result = commit(batch(operations));
    assertTrue(result.applied());
    return result;
  }

  /** Commits one put or delete and returns its revision. */
  long write(Operation operation) throws Exception {
    return commit(operation).revision();
  }

  RangePage page(KeyRange range, long revision, int limit) throws Exception {
    return answer(store.range(new RangeRequest(range, revision, limit)));
  }

  /** Reads all keys below the prefix in one page. */
  List<KeyValue> entries() throws Exception {
    return entriesAt(0);
  }

  /** Reads all keys below the prefix at a revision in one page. */
  List<KeyValue> entriesAt(long revision) throws Exception {
    RangePage page = page(all(), revision, 0);
    assertFalse(page.more());
    return page.entries();
  }

  @Nullable KeyValue get(String key) throws Exception {
    List<KeyValue> found = page(KeyRange.single(key(key)), 0, 0).entries();
    return found.isEmpty() ? null : found.get(0);
  }

  long newest() throws Exception {
    return page(KeyRange.single(key("never-written")), 0, 0).revision();
  }

  RecordingListener watch(KeyRange range, long fromRevision) {
    RecordingListener listener = new RecordingListener();
    store.watch(range, fromRevision, listener);
    return listener;
  }

  void compact(long revision) throws Exception {
    hooks.compact(revision);
  }

  void passTime(Duration time) {
    hooks.passTime(time);
  }

  KeyValue entry(String key, String value, long modRevision, long putCount) {
    return new KeyValue(key(key), value(value), modRevision, putCount);
  }

  Event putEvent(String key, String value, long putCount) {
    return new Event(key(key), value(value), putCount);
  }

  Event deleteEvent(String key) {
    return new Event(key(key), null, 0);
  }

  static List<String> names(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(String.format("%04d", i));
    }
    return names;
  }

  /** A future of work on another thread. */
  static CompletableFuture<Void> start(ThrowingRunnable work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
                done.complete(null);
              } catch (Throwable thrown) {
                done.completeExceptionally(thrown);
              }
            },
            "contract-worker");
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  /** An action that may throw. */
  interface ThrowingRunnable {
    void run() throws Exception;
  }
}
