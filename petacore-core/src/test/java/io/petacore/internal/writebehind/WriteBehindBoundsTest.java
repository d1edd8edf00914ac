package io.petacore.internal.writebehind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.WriteBehindException;
import io.petacore.error.WriteBehindFullException;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.transaction.WriteBehind;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A buffer is bounded: full, it makes writers wait, and then fail. */
class WriteBehindBoundsTest extends WriteBehindFixture {

  /** Fills a buffer whose writes take 1,000 bytes each. */
  private static void fill(WriteBehind buffer, int writes) {
    for (int i = 0; i < writes; i++) {
      buffer.write(Bytes.utf8("key " + (100 + i)), Bytes.wrap(new byte[793]));
    }
  }

  /** Writes on a thread of its own, which waits if the buffer is full. */
  private static Thread writeOneMore(WriteBehind buffer, AtomicBoolean taken) {
    Thread writer =
        new Thread(
            () -> {
              buffer.write("one more", "1");
              taken.set(true);
            });
    writer.start();
    return writer;
  }

  @Test
  void aWriterFailsWithKeyAndLimitIfTheBufferRemainsFull() {
    store.holdCommits();
    WriteBehind buffer =
        storage.writeBehind(MANUAL.maxBytes(10_000).writeTimeout(Duration.ofMillis(20)));
    fill(buffer, 10);
    assertEquals(10_000, buffer.bytes());
    WriteBehindFullException full =
        assertThrows(WriteBehindFullException.class, () -> buffer.write("one more", ""));
    assertEquals(Bytes.utf8("one more"), full.key());
    assertTrue(String.valueOf(full.getMessage()).contains("one more"), full::getMessage);
    assertTrue(String.valueOf(full.getMessage()).contains("10000"), full::getMessage);
    assertThrows(WriteBehindFullException.class, () -> buffer.delete("one more"));
    assertEquals(10_000, buffer.bytes());
    store.releaseCommits();
    buffer.flush();
    assertEquals(10, storage.count(KeyRange.all()));
  }

  /** What is in flight counts, so it continues when that is durable, and not before. */
  @Test
  void aWriterContinuesWhenWritesAreDurable() {
    store.holdCommits();
    WriteBehind buffer = storage.writeBehind(MANUAL.maxBytes(10_000));
    fill(buffer, 10);
    Await.until("all are in flight", () -> store.countHeldCommits() > 0);
    AtomicBoolean taken = new AtomicBoolean();
    Await.atRest(writeOneMore(buffer, taken));
    assertFalse(taken.get());
    assertEquals(10_000, buffer.bytes());
    store.releaseCommits();
    Await.until("taken", taken::get);
    buffer.flush();
    assertEquals("1", storage.read("one more"));
  }

  /** What is pending can be replaced by as much, or by less, which others then may use. */
  @Test
  void aFullBufferTakesWritesThatNeedNoMore() {
    store.holdCommits();
    WriteBehind buffer = storage.writeBehind(MANUAL.maxBytes(10_000).maxInFlight(1));
    fill(buffer, 5);
    Await.until("five are in flight", () -> store.countHeldCommits() > 0);
    for (int i = 0; i < 5; i++) {
      buffer.write(Bytes.utf8("mine " + i), Bytes.wrap(new byte[794]));
    }
    assertEquals(10_000, buffer.bytes());
    buffer.write(Bytes.utf8("mine 0"), Bytes.wrap(new byte[794]));
    AtomicBoolean taken = new AtomicBoolean();
    Await.atRest(writeOneMore(buffer, taken));
    assertFalse(taken.get());
    buffer.delete("mine 0");
    Await.until("taken", taken::get);
    store.releaseCommits();
    buffer.flush();
    assertEquals(0, buffer.bytes());
  }

  @Test
  void aWriteThatCanNeverFitIsRefused() {
    WriteBehind buffer = storage.writeBehind(MANUAL.maxBytes(1_000));
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> buffer.write("key", "x".repeat(1_000)));
    assertTrue(String.valueOf(refused.getMessage()).contains("key"), refused::getMessage);
    assertTrue(String.valueOf(refused.getMessage()).contains("1000"), refused::getMessage);
  }

  /** Writers outrun the store by far. */
  @Test
  void memoryIsBoundedUnderLoad() {
    int maxBytes = 100_000;
    AtomicLong highest = new AtomicLong();
    WriteBehind buffer = storage.writeBehind(WriteBehindOptions.defaults().maxBytes(maxBytes));
    try (Crew crew = new Crew()) {
      for (int thread = 0; thread < 8; thread++) {
        int first = thread;
        crew.start(
            () -> {
              for (int i = 0; i < 2_000; i++) {
                buffer.write("key " + first + " " + i, "value");
                highest.accumulateAndGet(buffer.bytes(), Math::max);
              }
            });
      }
      crew.join();
    }
    buffer.close();
    assertEquals(16_000, storage.count(KeyRange.all()));
    assertEquals(0, buffer.bytes());
    assertTrue(highest.get() <= maxBytes, () -> "held " + highest);
    assertTrue(highest.get() > maxBytes / 4, () -> "held only " + highest);
  }

  /** Its only thread waits for memory that only outcomes release. */
  @Test
  void outcomesNeedNoThreadOfTheApplication() throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor();
    try (DistributedStorage node = DistributedStorage.builder(inner).executor(one).open()) {
      WriteBehind buffer = node.writeBehind(MANUAL.maxBytes(10_000));
      CompletableFuture.runAsync(() -> fill(buffer, 200), one).get(30, TimeUnit.SECONDS);
      buffer.close();
      assertEquals(200, node.count(KeyRange.all()));
    } finally {
      one.shutdown();
    }
  }

  @Test
  void anInterruptEndsAWait() throws Exception {
    store.holdCommits();
    WriteBehind buffer = storage.writeBehind(MANUAL.maxBytes(10_000));
    fill(buffer, 10);
    for (Runnable waiting :
        new Runnable[] {
          () -> assertThrows(WriteBehindFullException.class, () -> buffer.write("one more", "1")),
          () -> assertThrows(WriteBehindException.class, buffer::flush)
        }) {
      AtomicBoolean kept = new AtomicBoolean();
      Thread thread =
          new Thread(
              () -> {
                waiting.run();
                kept.set(Thread.currentThread().isInterrupted());
              });
      thread.start();
      Await.atRest(thread);
      thread.interrupt();
      thread.join(TimeUnit.SECONDS.toMillis(30));
      assertTrue(kept.get(), "the interrupt was lost, or the wait failed otherwise");
    }
    store.releaseCommits();
    buffer.flush();
  }
}
