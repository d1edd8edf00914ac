package io.petacore.it.chaos;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.it.CommitHistory;
import io.petacore.it.CountingProcess;
import io.petacore.it.Ledger;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.testing.Answers;
import io.petacore.testing.Await;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is done when all faults are over and nobody commits: everything is held against everything
 * else, and what was only written to be looked at is deleted, by a foreign client.
 */
final class Rest {

  /** What the keys begin with that are of no use after a rest; the last are those of histories. */
  private static final List<String> EXPENDABLE =
      List.of(Client.SET, CountingProcess.INCREMENT, CountingProcess.WRITE, "k");

  private final Arena arena;
  private final List<Traffic> traffics;
  private final Disk disk;
  private final KvStore store;

  /**
   * @param store a connection to etcd that no proxy stands before
   */
  Rest(Arena arena, List<Traffic> traffics, Disk disk, KvStore store) {
    this.arena = arena;
    this.traffics = List.copyOf(traffics);
    this.disk = disk;
    this.store = store;
  }

  /**
   * Checks everything.
   *
   * @throws AssertionError if anything is not as it must be
   */
  void check(Ledger ledger) {
    for (Node node : arena.nodes()) {
      Await.until(node.name() + " is equal to etcd", () -> equalsEtcd(node));
    }
    arena.witness().catchUp();
    arena.witness().look(history -> judge(history, ledger));
    for (Traffic traffic : traffics) {
      for (Node node : arena.nodes()) {
        try (var view = node.storage().snapshot()) {
          traffic.check(view);
        }
      }
      traffic.judge(arena.nodes(), ledger);
    }
  }

  private void judge(CommitHistory history, Ledger ledger) {
    ledger.assertTrueOf(history);
    for (String key : history.keys()) {
      if (key.startsWith(Client.SET) && ledger.told(key) == null) {
        throw new AssertionError("in etcd's history is what nobody was told of: " + key);
      }
      if (ProcessNode.isOfProcess(key) && history.puts(key) > 1) {
        throw new AssertionError(key + " was put " + history.puts(key) + " times");
      }
    }
    arena
        .process()
        .judge(
            history, arena.etcd().client().get(arena.namespace() + CountingProcess.COUNTER.key()));
  }

  /** Forgets what was written since the last rest. */
  void clear() {
    for (String prefix : EXPENDABLE) {
      arena.etcd().client().deletePrefix(arena.namespace() + prefix);
    }
    arena.witness().catchUp();
    arena.witness().look(CommitHistory::forgetPuts);
    disk.compact(); // or space would run out when nobody means it to
  }

  private boolean equalsEtcd(Node node) throws Exception {
    int prefix = Bytes.utf8(arena.namespace()).length();
    Map<Bytes, Bytes> expected = new TreeMap<>();
    for (KeyValue entry : contents().entries()) {
      Bytes key = entry.key().substring(prefix);
      if (!ReservedKeys.isReserved(key)) {
        expected.put(key, entry.value());
      }
    }
    Map<Bytes, Bytes> found = new TreeMap<>();
    try (var view = node.storage().snapshot()) {
      for (Entry entry : view.scan(KeyRange.all())) {
        found.put(entry.key(), entry.value());
      }
    }
    if (!found.equals(expected)) {
      throw new IllegalStateException(differences(found, expected));
    }
    return node.storage().isSynced();
  }

  private static String differences(Map<Bytes, Bytes> found, Map<Bytes, Bytes> expected) {
    StringBuilder text = new StringBuilder();
    expected.forEach(
        (key, value) -> {
          if (!value.equals(found.get(key)) && text.length() < 500) {
            text.append(key).append(" is ").append(found.get(key)).append("; in etcd ");
            text.append(value).append(". ");
          }
        });
    found.forEach(
        (key, value) -> {
          if (!expected.containsKey(key) && text.length() < 500) {
            text.append(key).append(" is ").append(value).append("; absent in etcd. ");
          }
        });
    return text.toString();
  }

  private RangePage contents() throws Exception {
    return Answers.answer(store.range(new RangeRequest(KeyRange.prefix(arena.namespace()), 0, 0)));
  }
}
