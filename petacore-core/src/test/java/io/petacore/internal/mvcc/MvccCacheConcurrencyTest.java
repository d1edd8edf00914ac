package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One writer, many readers, and history that is freed after a few revisions. The accounts have the
 * same sum at every revision while they are emptied, deleted and created again. Every read returns
 * a consistent state or fails because the snapshot is too old.
 */
@Timeout(300)
class MvccCacheConcurrencyTest {
  private static final int REVISIONS = 60_000;
  private static final int ACCOUNTS = 8;
  private static final int SUM = 100;
  private static final int PASSERS = 200;
  private static final Bytes COUNTER = Bytes.utf8("counter");

  /** The time advances by one with every revision. */
  private static final int RETENTION = 4;

  private final long seed = System.nanoTime();
  private final AtomicLong nanoTime = new AtomicLong();
  private final MvccCache cache = new MvccCache(Duration.ofNanos(RETENTION), nanoTime::get);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile boolean writing = true;

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static Bytes account(int timestamp) {
    return Bytes.utf8("account" + timestamp);
  }

  /** The timestamp of a revision equals the value of the counter. */
  private void write() {
    Random random = new Random(seed);
    Map<Bytes, Integer> balances = new TreeMap<>();
    balances.put(account(0), SUM);
    cache.load(
        List.of(
            new Change(account(0), Bytes.utf8("" + SUM), 1), new Change(COUNTER, counter(1), 1)),
        1,
        1);
    for (long revision = 2; revision <= REVISIONS; revision++) {
      nanoTime.incrementAndGet();
      cache.apply(transfers(random, balances, revision), revision, revision);
    }
  }

  private static List<Change> transfers(
      Random random, Map<Bytes, Integer> balances, long revision) {
    List<Change> changes = new ArrayList<>();
    changes.add(new Change(COUNTER, counter(revision), revision));
    changes.add(passer(random, revision));
    for (int i = 0; i < 3; i++) {
      List<Bytes> present = List.copyOf(balances.keySet());
      Bytes from = present.get(random.nextInt(present.size()));
      Bytes to = account(random.nextInt(ACCOUNTS));
      int amount = random.nextInt(balances.getOrDefault(from, 0) + 1);
      balances.merge(from, -amount, Integer::sum);
      balances.merge(to, amount, Integer::sum);
      for (Bytes key : List.of(from, to)) {
        int balance = balances.getOrDefault(key, 0);
        if (balance == 0) {
          balances.remove(key);
        }
        changes.add(new Change(key, balance == 0 ? null : Bytes.utf8("" + balance), revision));
      }
    }
    return changes;
  }

  /** A key among the accounts without a balance, so that pages are split and merged. */
  private static Change passer(Random random, long revision) {
    Bytes key = Bytes.utf8("account3/" + random.nextInt(PASSERS));
    return new Change(key, random.nextBoolean() ? Bytes.utf8("0") : null, revision);
  }

  private static Bytes counter(long revision) {
    return Bytes.utf8("" + revision);
  }

  private int amount(Bytes key, long timestamp) {
    Version version = cache.find(key, timestamp);
    Bytes value = version == null ? null : version.value();
    return value == null ? 0 : Integer.parseInt(value.toUtf8());
  }

  private void checkPoints(long timestamp, int first) {
    int sum = 0;
    for (int i = 0; i < ACCOUNTS; i++) {
      sum += amount(account((first + i) % ACCOUNTS), timestamp);
    }
    assertEquals(SUM, sum, "the sum at " + timestamp);
    assertEquals(timestamp, amount(COUNTER, timestamp));
  }

  private void checkScan(KeyRange range, long timestamp) {
    int sum = 0;
    Bytes last = Bytes.EMPTY;
    Iterator<Entry> scan = cache.scan(range, Order.ASCENDING, timestamp);
    while (scan.hasNext()) {
      Entry entry = scan.next();
      assertTrue(last.compareTo(entry.key()) < 0, "in order, and nothing twice");
      last = entry.key();
      sum += Integer.parseInt(entry.value().toUtf8());
    }
    assertEquals(SUM, sum, "the sum at " + timestamp);
  }

  /**
   * Reads one snapshot repeatedly until it is too old, so that every one is read while it is freed.
   */
  private long read(Runnable ready, boolean scanning) {
    ready.run();
    KeyRange accounts = KeyRange.prefix("account");
    long gone = 0;
    for (int round = 0; writing; round++) {
      long timestamp = cache.applied().timestamp();
      try {
        while (writing) {
          if (scanning) {
            checkScan(accounts, timestamp);
          } else {
            checkPoints(timestamp, round);
          }
        }
      } catch (TransactionTooOldException tooLate) {
        assertTrue(timestamp < cache.horizon());
        assertThrows(TransactionTooOldException.class, () -> cache.find(COUNTER, timestamp));
        gone++;
      }
    }
    return gone;
  }

  /** Pinned snapshots stay readable. */
  private long readPinned() {
    long pinned = 0;
    while (writing) {
      long timestamp = cache.applied().timestamp();
      if (!cache.pin(timestamp)) {
        assertTrue(timestamp < cache.horizon());
        continue;
      }
      pinned++;
      long until = timestamp + 20;
      while (writing && cache.applied().timestamp() < until) {
        checkPoints(timestamp, 0);
        checkScan(KeyRange.prefix("account"), timestamp);
      }
      checkPoints(timestamp, 3);
      cache.unpin(timestamp);
    }
    return pinned;
  }

  /** Never fails, never goes back, and never returns a state older than the published one. */
  private long readCommitted() {
    long last = 0;
    while (writing) {
      long applied = cache.applied().revision();
      Bytes value = cache.newest(COUNTER);
      long now = value == null ? 0 : Long.parseLong(value.toUtf8());
      assertTrue(now >= last, now + " after " + last);
      assertTrue(now >= applied, now + " at " + applied);
      last = now;
    }
    return last;
  }

  /** Waits for one revision after the other and reads each. */
  private long follow() throws Exception {
    long seen = 1;
    while (seen < REVISIONS) {
      AppliedState applied = cache.whenApplied(seen + 1).get(30, TimeUnit.SECONDS);
      assertTrue(applied.revision() > seen);
      Bytes value = cache.newest(COUNTER);
      assertTrue(value != null && Long.parseLong(value.toUtf8()) >= applied.revision());
      seen = applied.revision();
    }
    return seen;
  }

  private void runBeside(Callable<Long> reader) throws Exception {
    nanoTime.set(0);
    Future<?> writer =
        threads.submit(
            () -> {
              try {
                write();
              } finally {
                writing = false;
              }
            });
    List<Future<Long>> readers = List.of(threads.submit(reader), threads.submit(reader));
    try {
      writer.get();
      for (Future<Long> one : readers) {
        assertTrue(one.get() > 0, "it did something");
      }
    } catch (ExecutionException failure) {
      throw new AssertionError("seed " + seed, failure.getCause());
    }
  }

  private void awaitLoad() {
    while (cache.applied().revision() == 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void pointReadsOfASnapshotAreCorrectOrFail() throws Exception {
    runBeside(() -> read(this::awaitLoad, false));
  }

  @Test
  void scansOfASnapshotAreCorrectOrFail() throws Exception {
    runBeside(() -> read(this::awaitLoad, true));
  }

  @Test
  void readsOfAPinnedSnapshotNeverFail() throws Exception {
    runBeside(
        () -> {
          awaitLoad();
          return readPinned();
        });
  }

  @Test
  void newestReadsNeverFailAndNeverGoBack() throws Exception {
    runBeside(
        () -> {
          awaitLoad();
          return readCommitted();
        });
  }

  @Test
  void noWaiterIsLost() throws Exception {
    runBeside(this::follow);
  }
}
