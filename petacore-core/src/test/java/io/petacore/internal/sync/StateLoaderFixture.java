package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.put;

import io.petacore.data.Bytes;
import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.internal.mvcc.Change;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A loader on a scripted store, and what it has loaded. */
abstract class StateLoaderFixture {

  /** More than the sum of the pauses between a few attempts. */
  static final Duration PAUSE = Duration.ofSeconds(3);

  final ScriptedKvStore store = new ScriptedKvStore();
  final ManualScheduler scheduler = new ManualScheduler();
  final KeyClassifier classifier = new KeyClassifier(Node.NAMESPACE, new SyncCounters());
  final Collected present = new Collected();
  final List<Long> reported = new ArrayList<>();
  final List<StoreException> troubles = new ArrayList<>();
  final StateLoader loader =
      new StateLoader(store, Node.NAMESPACE, classifier, scheduler, reported::add, troubles::add);

  /** The result of a load. */
  static final class Collected implements LoadSink {
    private final List<Change> changes = new ArrayList<>();

    @Override
    public void begin() {
      changes.clear();
    }

    @Override
    public void add(Change present) {
      changes.add(present);
    }

    List<Change> changes() {
      return changes;
    }
  }

  static String key(int number) {
    return String.format("key-%06d", number);
  }

  /** Writes keys of the namespace, a few per revision, and foreign keys on both sides of it. */
  void fill(int keys) {
    Operation[] all = new Operation[keys];
    for (int i = 0; i < keys; i++) {
      all[i] = put(key(i), "value");
    }
    store.change(all);
    store.change(new Operation.Put(Bytes.utf8("n"), Bytes.EMPTY));
    store.change(new Operation.Put(Bytes.utf8("n0"), Bytes.EMPTY));
    store.change(new Operation.Put(Bytes.utf8("m/z"), Bytes.EMPTY));
  }

  CompletableFuture<LoadedState> load() {
    CompletableFuture<LoadedState> loading = loader.load(present);
    scheduler.runDue();
    return loading;
  }

  List<String> keys() {
    return present.changes().stream().map(change -> change.key().toUtf8()).toList();
  }

  static List<String> firstKeys(int count) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(key(i));
    }
    return keys;
  }

  List<Integer> limits() {
    return store.ranges().stream().map(RangeRequest::limit).toList();
  }
}
