package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.Nodes;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two nodes increment counters with four threads each, while requests and responses are lost,
 * requests arrive after their sender has timed out, connections are reset, and etcd is paused,
 * killed and restarted.
 *
 * <p><b>Invariant.</b> Reported outcomes are true: the value of a counter is the number of
 * increments reported as committed, plus those of unknown outcome that are in the history; none
 * that was reported as not applied is in the history; no batch was applied twice. Unknown outcomes
 * are rare, since faults are much shorter than the transaction timeout.
 *
 * <p><b>Interleaving.</b> Faults are injected under load after given numbers of increments; kinds
 * and durations are drawn from the seed. Thread scheduling is not, so a seed repeats the faults,
 * not the run. {@code -Dpetacore.faults.seed=…} sets the seed, {@code
 * -Dpetacore.faults.increments=…} the length of the run and with it the number of faults; a long
 * run requires {@code -Djunit.jupiter.execution.timeout.mode=disabled}.
 */
@WithEtcd(own = true)
class CountingUnderFaultsTest {

  private static final Logger LOG = LoggerFactory.getLogger(CountingUnderFaultsTest.class);

  private static final int INCREMENTS = Integer.getInteger("petacore.faults.increments", 10_000);
  private static final int INCREMENTS_PER_ROUND = 4_000;
  private static final int THREADS = 8;
  private static final int COUNTERS = 5;

  /** Short, so that requests that are held for long lose their session. */
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(2);

  /** For some transactions, which end while a fault lasts. */
  private static final TransactionOptions SHORT_TIMEOUT =
      TransactionOptions.defaults().timeout(Duration.ofMillis(300));

  private final EtcdCluster etcd;
  private final Nodes nodes;
  private final List<TcpProxy> proxies = new ArrayList<>();
  private final List<DistributedStorage> storages = new ArrayList<>();
  private final Ledger ledger = new Ledger();

  CountingUnderFaultsTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
  }

  @AfterEach
  void close() {
    nodes.close();
    proxies.forEach(TcpProxy::close);
  }

  static LongStream seeds() {
    return LongStream.of(Long.getLong("petacore.faults.seed", new Random().nextLong()));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyReportedOutcomeIsTrue(long seed) throws Exception {
    openNode(4);
    openNode(1); // so that transactions are batched
    try {
      count(seed);
      verify();
    } catch (Throwable e) {
      throw new AssertionError("with -Dpetacore.faults.seed=" + seed + "; " + ledger, e);
    }
  }

  private void openNode(int maxInFlight) {
    TcpProxy proxy = TcpProxy.to(etcd.member().address());
    proxies.add(proxy);
    storages.add(
        nodes.open(
            EtcdBackend.connectThrough(proxy),
            builder -> builder.sessionTimeout(SESSION_TIMEOUT).maxInFlight(maxInFlight)));
  }

  private void count(long seed) {
    AtomicBoolean healed = new AtomicBoolean();
    try (Crew crew = new Crew()) {
      for (int thread = 0; thread < THREADS; thread++) {
        DistributedStorage node = storages.get(thread % storages.size());
        Random random = new Random(seed + thread);
        String name = "t" + thread + "-";
        crew.start(
            () -> {
              for (int i = 0;
                  !crew.isStopped() && !(healed.get() && ledger.committed() >= INCREMENTS);
                  i++) {
                TransactionOptions options =
                    random.nextInt(10) == 0 ? SHORT_TIMEOUT : TransactionOptions.defaults();
                Counter counter = counter(random.nextInt(COUNTERS));
                counter.increment(node, options, ledger, counter.key() + "/" + name + i);
              }
            });
      }
      crew.start(
          () -> {
            injectFaults(new FaultDriver(seed, etcd.member(), proxies, crew::isStopped), crew);
            healed.set(true);
          });
      Await.until(
          "all increments are done",
          Duration.ofSeconds(100L * (1 + INCREMENTS / 20_000)),
          () -> crew.isStopped() || (healed.get() && ledger.committed() >= INCREMENTS));
    }
  }

  private void injectFaults(FaultDriver driver, Crew crew) {
    List<Runnable> faults = driver.draw((INCREMENTS + INCREMENTS_PER_ROUND) / INCREMENTS_PER_ROUND);
    for (int i = 0; i < faults.size(); i++) {
      int due = (int) ((long) INCREMENTS * i / faults.size());
      Await.until("increments continue", () -> ledger.committed() >= due || crew.isStopped());
      faults.get(i).run();
    }
  }

  private static Counter counter(int number) {
    return new Counter("counter-" + number);
  }

  private void verify() throws Exception {
    for (DistributedStorage node : storages) {
      StorageStatus status = node.status();
      LOG.info("{}", status);
      // Requests in flight are applied before the session ends or never.
      node.close();
      assertEquals(0, status.counters().resyncs(), "a watch lost revisions");
    }
    CommitHistory history = CommitHistory.read(nodes.connect(), nodes.namespace());
    LOG.info("{}; {} batches", ledger, history.batches());
    ledger.assertAgreesWith(history);
    DistributedStorage observer = nodes.open();
    for (int i = 0; i < COUNTERS; i++) {
      String key = counter(i).key();
      int applied = ledger.applied(history, key + "/");
      assertEquals(Integer.toString(applied), observer.read(key), key);
    }
    assertTrue(ledger.committed() >= INCREMENTS, ledger.toString());
    assertTrue(ledger.count(Ledger.Outcome.UNKNOWN) <= INCREMENTS / 100, ledger.toString());
    assertSomeWereInDoubt();
  }

  /** Otherwise the faults had no effect. */
  private void assertSomeWereInDoubt() {
    long applied = 0;
    long notApplied = 0;
    for (DistributedStorage node : storages) {
      applied += node.status().counters().resolvedApplied();
      notApplied += node.status().counters().resolvedNotApplied();
    }
    assertTrue(applied > 0, "no response of an applied request was lost");
    assertTrue(notApplied > 0, "no request was lost");
  }
}
