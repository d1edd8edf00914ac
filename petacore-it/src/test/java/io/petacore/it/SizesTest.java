package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.ChildProcess;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Operation;
import java.io.BufferedReader;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Large backlogs and large namespaces, in a separate process with a given heap. {@code
 * -Dpetacore.scale} is a percentage of the full size, 1 by default; {@code -Dpetacore.scale=100
 * -Dsurefire.timeout=0} takes half an hour and 12 GB of disk space. Each test logs its duration.
 */
@Timeout(3_600)
@WithEtcd(
    own = true,
    flags = {"--max-txn-ops=2048", "--quota-backend-bytes=8589934592"})
class SizesTest {

  private static final Logger LOG = LoggerFactory.getLogger(SizesTest.class);

  private static final int SCALE = Integer.getInteger("petacore.scale", 1);

  /** Concurrent commits, so that writing does not dominate. */
  private static final int WRITES_IN_FLIGHT = 8;

  private static final int VALUE_BYTES = 1_000_000;

  private final EtcdCluster etcd;
  private final TcpProxy proxy;
  private final EtcdKvStore writer;
  private final Deque<CompletableFuture<BatchResult>> writing = new ArrayDeque<>();
  private final List<ChildProcess> children = new ArrayList<>();

  SizesTest(EtcdCluster etcd) {
    this.etcd = etcd;
    proxy = TcpProxy.to(etcd.member().address());
    writer =
        EtcdKvStore.builder()
            .endpoints(etcd.endpoints())
            .maxTxnOps(2_048)
            .requestTimeout(Duration.ofMinutes(2))
            .connect();
  }

  @AfterEach
  void close() {
    children.forEach(ChildProcess::kill);
    writer.close();
    proxy.close();
  }

  private static int scaled(int full) {
    return Math.max(1, full / 100 * SCALE);
  }

  // ---- writes without PetaCore, which would keep all entries in this heap

  private void write(Operation... operations) {
    while (writing.size() >= WRITES_IN_FLIGHT) {
      writing.remove().join();
    }
    writing.add(writer.commit(new Batch(List.of(), List.of(operations), List.of())));
  }

  private void awaitWritten() {
    writing.forEach(CompletableFuture::join);
    writing.clear();
  }

  private static Operation.Put put(String namespace, String key, Bytes value) {
    return new Operation.Put(Bytes.utf8(namespace + key), value);
  }

  /** Writes values of 1 MB to {@code keys} keys, and then the end key. */
  private void writeLarge(String namespace, int values, int keys) {
    Bytes value = Bytes.wrap(new byte[VALUE_BYTES]);
    for (int i = 0; i < values; i++) {
      write(put(namespace, "large-" + i % keys, value));
    }
    writeEnd(namespace);
  }

  private void writeEnd(String namespace) {
    awaitWritten();
    write(put(namespace, FollowingProcess.END, Bytes.EMPTY));
    awaitWritten();
  }

  private void writeMany(String namespace, int keys, IntFunction<String> key, Bytes value) {
    int some = Math.max(1, Math.min(2_000, 500_000 / (value.length() + 40)));
    for (int i = 0; i < keys; i += some) {
      Operation[] puts = new Operation[Math.min(some, keys - i)];
      for (int at = 0; at < puts.length; at++) {
        puts[at] = put(namespace, key.apply(i + at), value);
      }
      write(puts);
    }
    writeEnd(namespace);
  }

  // ---- the process with the storage

  private final class Follower {
    private final Process process;
    private final BufferedReader output;

    Follower(int heap, String endpoint, String namespace) throws Exception {
      process = FollowingProcess.start(heap, endpoint, namespace);
      children.add(new ChildProcess(process));
      output = process.inputReader();
    }

    String nextLine() throws Exception {
      return String.valueOf(output.readLine());
    }

    String endsWith() throws Exception {
      String last = nextLine();
      assertEquals(0, process.waitFor(), last);
      return last;
    }
  }

  private Follower followerThroughProxy(int heap, String namespace) throws Exception {
    return new Follower(heap, "http://127.0.0.1:" + proxy.address().getPort(), namespace);
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private void assertKeys(int keys, String output) {
    assertTrue(output.startsWith("caught up, keys " + keys + ","), output);
  }

  /** Disconnects a node, writes values of 1 MB, and waits until the node has caught up. */
  private void assertCatchesUp(String what, int heap, int values, int keys, long bytesPerSecond)
      throws Exception {
    String namespace = etcd.freshNamespace();
    Follower follower = followerThroughProxy(heap, namespace);
    assertEquals("open", follower.nextLine());
    proxy.refuse();
    proxy.cut();
    writeLarge(namespace, values, keys);
    if (bytesPerSecond > 0) {
      proxy.throttle(Direction.TO_CLIENT, bytesPerSecond);
    }
    long start = System.nanoTime();
    proxy.accept();
    String output = follower.endsWith();
    LOG.info(
        "{}: {} values of 1 MB, -Xmx{}m: {} after {}", what, values, heap, output, since(start));
    assertKeys(Math.min(values, keys) + 1, output);
  }

  /** Exceeds the message limit. */
  @Test
  void sixHundredRevisionsOfAMegabyte() throws Exception {
    assertCatchesUp("default message limit", 4_096, scaled(600), 8, 0);
  }

  /** Exceeds the heap. */
  @Test
  void threeHundredMegabytesWithASmallHeap() throws Exception {
    assertCatchesUp("small heap", 256, scaled(300), 8, 0);
  }

  /** Exceeds every timeout, at 40 Mbit/s. */
  @Test
  void thirtyMegabytesOverASlowLink() throws Exception {
    assertCatchesUp("40 Mbit/s", 512, scaled(3_000) / 100 + 1, 64, 5_000_000);
  }

  /** Exceeds all limits, at 40 Mbit/s, with 1 GiB of heap beyond the entries. */
  @Test
  void twoThousandMegabytesOverASlowLink() throws Exception {
    int values = scaled(2_000);
    assertCatchesUp("40 Mbit/s", 1_024 + values, values, values, 5_000_000);
  }

  /** 20 MB at 500 kB/s, which takes at least 40 s. */
  @Test
  void aStateIsOpenedOverASlowLink() throws Exception {
    String namespace = etcd.freshNamespace();
    int keys = scaled(20_000);
    writeMany(namespace, keys, i -> "key-" + i, Bytes.wrap(new byte[1_000]));
    proxy.throttle(Direction.TO_CLIENT, 500_000);
    long start = System.nanoTime();
    Follower follower = followerThroughProxy(512, namespace);
    assertEquals("open", follower.nextLine());
    Duration taken = since(start);
    LOG.info("{} keys of 1 kB at 500 kB/s opened after {}", keys, taken);
    assertKeys(keys + 1, follower.endsWith());
    long minimum = keys / 500;
    assertTrue(
        taken.toSeconds() < 2 * minimum + 10, taken + ", at least " + minimum + " s at this rate");
  }

  /** Opens a large namespace alone, and concurrently with 20 other storages. */
  @Test
  void threeMillionShortKeysAreOpened() throws Exception {
    String namespace = etcd.freshNamespace();
    int keys = scaled(3_000_000);
    writeMany(namespace, keys, i -> "k" + i, Bytes.wrap(new byte[8]));
    open(namespace, "alone", keys);

    List<String> others = new ArrayList<>();
    for (int other = 0; other < 20; other++) {
      String its = etcd.freshNamespace();
      writeMany(its, keys / 60, i -> "k" + i, Bytes.wrap(new byte[8]));
      others.add(its);
    }
    List<CompletableFuture<Long>> opened = new ArrayList<>();
    for (String its : others) {
      CompletableFuture<Long> done = new CompletableFuture<>();
      opened.add(done);
      new Thread(() -> openInThisProcess(its, done), "opening " + its).start();
    }
    open(namespace, "with 20 others", keys);
    for (CompletableFuture<Long> done : opened) {
      assertEquals(keys / 60 + 1, done.get());
    }
  }

  private void openInThisProcess(String namespace, CompletableFuture<Long> keys) {
    try (EtcdKvStore store = EtcdKvStore.connect(etcd.endpoints());
        DistributedStorage storage =
            DistributedStorage.builder(store).namespace(namespace).open()) {
      keys.complete(storage.status().keys());
    } catch (RuntimeException e) {
      keys.completeExceptionally(e);
    }
  }

  private void open(String namespace, String how, int keys) throws Exception {
    long start = System.nanoTime();
    Follower follower = new Follower(2_048, etcd.endpoints()[0], namespace);
    assertEquals("open", follower.nextLine());
    LOG.info("{} short keys opened {} after {}", keys, how, since(start));
    assertKeys(keys + 1, follower.endsWith());
  }
}
