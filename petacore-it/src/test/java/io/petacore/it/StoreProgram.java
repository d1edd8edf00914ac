package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Event;
import io.petacore.store.Guard;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.embedded.EtcdModel;
import io.petacore.testing.Answers;
import io.petacore.testing.RecordingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.LongConsumer;

/**
 * A random program of batches, ranges, watches, compactions and leases. Each step runs on a store
 * and on the model, and the results are compared.
 *
 * <p>No other client may write to the store: the revisions of the model are those of the store
 * minus an offset. All keys have a prefix unique to the program. Leases are revoked, not expired,
 * since the model has no time.
 */
final class StoreProgram {
  private static final int STEPS = 120;
  private static final Duration LONG = Duration.ofHours(1);
  private static final List<String> NAMES = List.of("a", "aa", "b", "c", "d", "\0", "e\0f");

  /** A watch and the revision up to which it was compared. */
  private static final class Open {
    final KeyRange range;
    final Watch watch;
    final RecordingListener listener;
    final long from;
    long next;
    boolean follows;

    Open(KeyRange range, long from, Watch watch, RecordingListener listener) {
      this.range = range;
      this.from = from;
      this.next = from;
      this.watch = watch;
      this.listener = listener;
    }
  }

  private record Lease(long ofModel, long ofStore) {}

  private final Random random;
  private final KvStore store;
  private final LongConsumer compact;
  private final EtcdModel model;
  private final Bytes prefix;
  private final List<Open> watches = new ArrayList<>();
  private final List<Lease> leases = new ArrayList<>();
  private final List<String> trace = new ArrayList<>();
  private final List<Bytes> keys;
  private long offset;

  /**
   * @param compact compacts the store
   */
  StoreProgram(long seed, KvStore store, LongConsumer compact) {
    this.random = new Random(seed);
    this.store = store;
    this.compact = compact;
    this.model = new EtcdModel(store.limits(), System::nanoTime);
    this.prefix = Bytes.utf8("model" + Long.toHexString(seed) + "/");
    this.keys = NAMES.stream().map(name -> prefix.concat(Bytes.utf8(name))).toList();
  }

  /** The steps, one per line. */
  String trace() {
    return String.join("\n", trace);
  }

  void run() throws Exception {
    RangeRequest nothing = new RangeRequest(KeyRange.single(prefix), 0, 0);
    offset = Answers.answer(store.range(nothing)).revision() - model.newest();
    for (int i = 0; i < STEPS; i++) {
      int kind = random.nextInt(20);
      if (kind < 10) {
        commit();
      } else if (kind < 14) {
        range();
      } else if (kind < 16) {
        watch();
      } else if (kind < 19) {
        lease();
      } else {
        compact();
      }
    }
    for (Open open : List.copyOf(watches)) {
      compareWatch(open);
      open.listener.assertQuiet();
      open.watch.close();
    }
  }

  // ---- comparison

  private <T> void compare(String what, Callable<T> expected, Callable<T> actual) {
    trace.add(what);
    Object expectedOutcome = outcome(expected);
    trace.add("  the model: " + expectedOutcome);
    assertEquals(expectedOutcome, outcome(actual), what);
  }

  /** Returns the result, or the kind of the failure. */
  private static Object outcome(Callable<?> call) {
    try {
      return call.call();
    } catch (StoreException e) {
      return e.kind();
    } catch (ExecutionException e) {
      return StoreException.of(e.getCause()).kind();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Translates the revision to that of the model and removes the lease, whose IDs differ. */
  private KeyValue toModel(KeyValue found) {
    return new KeyValue(found.key(), found.value(), found.modRevision() - offset, found.putCount());
  }

  private static List<KeyValue> withoutLeases(List<KeyValue> entries) {
    return entries.stream()
        .map(kv -> new KeyValue(kv.key(), kv.value(), kv.modRevision(), kv.putCount()))
        .toList();
  }

  private static List<Event> eventsWithoutLeases(RevisionEvents made) {
    return made.events().stream()
        .map(event -> new Event(event.key(), event.value(), event.putCount()))
        .toList();
  }

  // ---- steps

  private void commit() {
    List<Guard> guards = random.nextInt(3) == 0 ? guards() : List.of();
    List<Operation> operations = operations(3, 1 + random.nextInt(4));
    List<Bytes> otherwise = random.nextBoolean() ? List.of(key(), key()) : List.of();
    Batch batch = new Batch(guards, operations, otherwise);
    compare(
        "commit " + batch,
        () -> {
          BatchResult result = model.commit(batch);
          return new BatchResult(
              result.applied(),
              result.revision(),
              result.groups(),
              withoutLeases(result.otherwise()));
        },
        () -> {
          BatchResult result =
              Answers.answer(
                  store.commit(new Batch(toStore(guards), inStore(operations), otherwise)));
          return new BatchResult(
              result.applied(),
              result.revision() - offset,
              result.groups(),
              result.otherwise().stream().map(this::toModel).toList());
        });
  }

  private List<Operation> operations(int depth, int count) {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int kind = random.nextInt(10);
      if (kind < 3 && depth > 0) {
        operations.add(new Operation.Group(guards(), operations(depth - 1, random.nextInt(3))));
      } else if (kind < 8) {
        boolean leased = !leases.isEmpty() && random.nextInt(3) == 0;
        operations.add(
            new Operation.Put(
                key(),
                Bytes.utf8("v" + random.nextInt(100)),
                leased ? lastLeases().ofModel() : Operation.NO_LEASE));
      } else {
        operations.add(new Operation.Delete(key()));
      }
    }
    return operations;
  }

  private Lease lastLeases() {
    return leases.get(leases.size() - 1 - random.nextInt(Math.min(3, leases.size())));
  }

  private List<Guard> guards() {
    List<Guard> guards = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      if (random.nextInt(4) == 0) {
        guards.add(rangeGuard());
        continue;
      }
      Bytes key = key();
      long now =
          model.range(new RangeRequest(KeyRange.single(key), 0, 0)).entries().stream()
              .mapToLong(KeyValue::modRevision)
              .findFirst()
              .orElse(0);
      guards.add(new Guard.OfKey(key, random.nextInt(4) == 0 ? random.nextInt(20) : now));
    }
    return guards;
  }

  /** About as often one that holds as one that doesn't; the range may be empty of keys. */
  private Guard rangeGuard() {
    Bytes from = key();
    Bytes to = key();
    KeyRange range =
        from.compareTo(to) < 0
            ? KeyRange.closedOpen(from, to)
            : KeyRange.prefix(prefix).startingAt(from);
    return new Guard.OfRange(range, Math.max(0, model.newest() - random.nextInt(6)));
  }

  private List<Guard> toStore(List<Guard> guards) {
    return guards.stream().map(this::toStore).toList();
  }

  private Guard toStore(Guard guard) {
    if (guard instanceof Guard.OfKey one) {
      return new Guard.OfKey(one.key(), one.modRevision() == 0 ? 0 : one.modRevision() + offset);
    }
    Guard.OfRange range = (Guard.OfRange) guard;
    return new Guard.OfRange(range.range(), range.revision() + offset);
  }

  private List<Operation> inStore(List<Operation> operations) {
    return operations.stream().map(this::inStore).toList();
  }

  private Operation inStore(Operation operation) {
    if (operation instanceof Operation.Group group) {
      return new Operation.Group(toStore(group.guards()), inStore(group.operations()));
    }
    if (operation instanceof Operation.Put put && put.lease() != Operation.NO_LEASE) {
      Lease lease =
          leases.stream().filter(each -> each.ofModel() == put.lease()).findFirst().orElseThrow();
      return new Operation.Put(put.key(), put.value(), lease.ofStore());
    }
    return operation;
  }

  private void range() {
    KeyRange range = anyRange();
    long revision = random.nextBoolean() ? 0 : anyRevision();
    int limit = random.nextInt(4);
    compare(
        "range " + range + " at " + revision + ", at most " + limit,
        () -> withoutCount(model.range(new RangeRequest(range, revision, limit))),
        () -> {
          long at = revision == 0 ? 0 : revision + offset;
          RangePage page = Answers.answer(store.range(new RangeRequest(range, at, limit)));
          return new RangePage(
              page.entries().stream().map(this::toModel).toList(),
              page.more(),
              page.revision() - offset);
        });
  }

  /** Removes the total count, which the model does not provide. */
  private static RangePage withoutCount(RangePage page) {
    return new RangePage(withoutLeases(page.entries()), page.more(), page.revision());
  }

  private void watch() throws Exception {
    KeyRange range = anyRange();
    // Some servers omit a delete at the compacted revision itself.
    long from = anyRevision();
    if (from == model.compacted()) {
      return;
    }
    trace.add("watch " + range + " from " + from);
    RecordingListener listener = new RecordingListener();
    Watch watch = store.watch(range, from + offset, listener);
    if (from < model.compacted()) {
      assertEquals(StoreException.Kind.COMPACTED, listener.awaitEnd().kind());
      return;
    }
    listener.awaitOpened();
    Open open = new Open(range, from, watch, listener);
    open.follows = from > model.newest();
    watches.add(open);
    compareWatch(open);
  }

  /** Compares the events of a watch up to the newest revision. */
  private void compareWatch(Open open) throws Exception {
    for (; open.next <= model.newest(); open.next++) {
      RevisionEvents made = model.revision(open.next, open.range);
      if (!made.events().isEmpty()) {
        RevisionEvents received = open.listener.nextRevision();
        open.follows = true;
        assertEquals(
            new RevisionEvents(made.revision(), eventsWithoutLeases(made)),
            new RevisionEvents(received.revision() - offset, eventsWithoutLeases(received)),
            "the watch of " + open.range);
      }
    }
  }

  private void lease() throws Exception {
    int kind = random.nextInt(4);
    if (kind == 0 || leases.isEmpty()) {
      trace.add("grant a lease");
      leases.add(new Lease(model.grant(LONG), Answers.answer(store.grantLease(LONG))));
      return;
    }
    Lease lease = lastLeases();
    if (kind == 1) {
      compare(
          "renew " + lease,
          () -> {
            model.renew(lease.ofModel());
            return true;
          },
          () -> Answers.answer(store.renewLease(lease.ofStore()).thenApply(done -> true)));
    } else if (kind == 2) {
      compare(
          "revoke " + lease,
          () -> {
            model.revoke(lease.ofModel());
            return true;
          },
          () -> Answers.answer(store.revokeLease(lease.ofStore()).thenApply(done -> true)));
    }
  }

  /**
   * Compacts, but not beyond the start of a watch without events: it may not have caught up, and
   * whether the compaction ends it would depend on timing.
   */
  private void compact() throws Exception {
    long revision = model.compacted() + 1 + random.nextInt(20);
    for (Open open : watches) {
      compareWatch(open);
      revision = open.follows ? revision : Math.min(revision, open.from);
    }
    if (revision > Math.max(1, model.compacted()) && revision <= model.newest()) {
      trace.add("compact " + revision);
      model.compact(revision);
      compact.accept(revision + offset);
    }
  }

  // ---- arguments

  private Bytes key() {
    return keys.get(random.nextInt(keys.size()));
  }

  private KeyRange anyRange() {
    return switch (random.nextInt(3)) {
      case 0 -> KeyRange.prefix(prefix);
      case 1 -> KeyRange.single(key());
      default -> {
        Bytes one = key();
        Bytes other = key();
        yield one.compareTo(other) <= 0
            ? KeyRange.closedOpen(one, other)
            : KeyRange.closedOpen(other, one);
      }
    };
  }

  /** Mostly one of the last twenty revisions; sometimes a future or compacted one. */
  private long anyRevision() {
    return Math.max(2, model.newest() + 2 - random.nextInt(20));
  }
}
