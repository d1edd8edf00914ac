package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import io.petacore.store.Event;
import io.petacore.store.KvStore;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.testing.Answers;
import io.petacore.testing.RecordingListener;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The history of a namespace from its first revision on, to which reported outcomes are compared.
 * It is read from etcd by a watch, independently of storages.
 */
public final class CommitHistory {

  private final Bytes prefix;
  private final List<RevisionEvents> revisions = new ArrayList<>();
  private final Map<String, Integer> puts = new HashMap<>();
  private final Map<SessionId, BitSet> batches = new HashMap<>();

  /** Creates an empty history. */
  public CommitHistory(String namespace) {
    prefix = Bytes.utf8(namespace);
  }

  /**
   * Reads the history up to the last commit, which is the last write of the commit record.
   *
   * @throws AssertionError if a batch of a session was applied twice
   */
  public static CommitHistory read(KvStore store, String namespace) throws Exception {
    CommitHistory history = new CommitHistory(namespace);
    KeyRange record = KeyRange.single(history.prefix.concat(ReservedKeys.COMMIT_RECORD));
    long end =
        Answers.answer(store.range(new RangeRequest(record, 0, 1))).entries().get(0).modRevision();
    RecordingListener listener = new RecordingListener();
    try (var watch = store.watch(KeyRange.prefix(history.prefix), 1, listener)) {
      Objects.requireNonNull(watch);
      listener.awaitOpened();
      RevisionEvents next;
      do {
        next = listener.nextRevision();
        history.add(next);
      } while (next.revision() < end);
    }
    return history;
  }

  /**
   * Adds the next revision.
   *
   * @throws AssertionError if a batch of a session was applied twice
   */
  public void add(RevisionEvents next) {
    revisions.add(next);
    next.events().forEach(this::add);
  }

  private void add(Event event) {
    Bytes value = event.value();
    Bytes key = event.key().substring(prefix.length());
    if (value == null) {
      return;
    }
    if (key.equals(ReservedKeys.COMMIT_RECORD)) {
      CommitRecord record = Objects.requireNonNull(CommitRecord.decode(value), "malformed record");
      if (record.batch() == CommitRecord.NO_BATCH) {
        return; // a request for the exclusive commit lock, not a batch
      }
      BitSet applied = batches.computeIfAbsent(record.session(), session -> new BitSet());
      int batch = Math.toIntExact(record.batch());
      assertFalse(applied.get(batch), () -> "this batch was applied twice: " + record);
      applied.set(batch);
    } else if (!ReservedKeys.isReserved(key)) {
      puts.merge(key.toUtf8(), 1, Integer::sum);
    }
  }

  /** All revisions, in order. */
  public List<RevisionEvents> revisions() {
    return revisions;
  }

  /** The keys that were put, without internal keys. */
  public Set<String> keys() {
    return puts.keySet();
  }

  /** Discards revisions and puts, but not the applied batches. */
  public void discardPuts() {
    revisions.clear();
    puts.clear();
  }

  /** The number of puts of a key. */
  public int puts(String key) {
    return puts.getOrDefault(key, 0);
  }

  /** The number of applied batches. */
  public int batches() {
    return batches.values().stream().mapToInt(BitSet::cardinality).sum();
  }
}
