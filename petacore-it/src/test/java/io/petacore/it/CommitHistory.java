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
 * What the history of a namespace, from its first revision on, says about the commits made there:
 * the witness against which is held what storages have reported. It is read from etcd by a watch of
 * its own, past the storages.
 */
public final class CommitHistory {

  private final Bytes prefix;
  private final List<RevisionEvents> revisions = new ArrayList<>();
  private final Map<String, Integer> puts = new HashMap<>();
  private final Map<SessionId, BitSet> batches = new HashMap<>();

  /** An empty one, to be told what happens. */
  public CommitHistory(String namespace) {
    prefix = Bytes.utf8(namespace);
  }

  /**
   * Reads a history up to the last commit: each writes the commit record.
   *
   * @throws AssertionError if one batch of a session is in it twice
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
   * Tells it of the next revision.
   *
   * @throws AssertionError if a batch of a session comes a second time
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
        return; // of a request about the exclusive commit lock, of which a session sends many
      }
      BitSet landed = batches.computeIfAbsent(record.session(), session -> new BitSet());
      int batch = Math.toIntExact(record.batch());
      assertFalse(landed.get(batch), () -> "this batch landed twice: " + record);
      landed.set(batch);
    } else if (!ReservedKeys.isReserved(key)) {
      puts.merge(key.toUtf8(), 1, Integer::sum);
    }
  }

  /** All revisions, in order. */
  public List<RevisionEvents> revisions() {
    return revisions;
  }

  /** The keys that were put, PetaCore's own left out. */
  public Set<String> keys() {
    return puts.keySet();
  }

  /** Forgets what was put; that a batch has landed is remembered. */
  public void forgetPuts() {
    revisions.clear();
    puts.clear();
  }

  /** How often a key was put. */
  public int puts(String key) {
    return puts.getOrDefault(key, 0);
  }

  /** How many batches have landed. */
  public int batches() {
    return batches.values().stream().mapToInt(BitSet::cardinality).sum();
  }
}
