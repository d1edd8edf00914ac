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
 * Two nodes count up, from four threads each, while answers and requests are lost, requests arrive
 * after their sender has given them up, connections are reset, and etcd is stopped, killed and
 * started again.
 *
 * <p><b>Invariant.</b> What was reported is what happened, exactly once: a counter ends at the
 * number of increments that were reported committed, plus those reported unknown that are in the
 * history; none that was reported as not applied is; no batch is in it twice. Unknown is rare,
 * since no fault lasts nearly as long as a transaction may.
 *
 * <p><b>Interleaving.</b> Faults come when so many increments are done, in the middle of full
 * traffic; which and for how long comes from the seed. What the threads do between is up to the
 * machine, so a seed gives the same faults, not the same run. {@code -Dpetacore.faults.seed=…}
 * gives the seed, {@code -Dpetacore.faults.increments=…} makes a longer run, with as many more
 * faults; a long one needs {@code -Djunit.jupiter.execution.timeout.mode=disabled}.
 */
@WithEtcd(own = true)
class CountingUnderFaultsTest {

  private static final Logger LOG = LoggerFactory.getLogger(CountingUnderFaultsTest.class);

  private static final int INCREMENTS = Integer.getInteger("petacore.faults.increments", 10_000);
  private static final int INCREMENTS_PER_ROUND = 4_000;
  private static final int THREADS = 8;
  private static final int COUNTERS = 5;

  /** Short, so that what is held for long loses its session. */
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(2);

  /** For a few, which are told what can be told while a fault lasts. */
  private static final TransactionOptions IMPATIENT =
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
  void whatIsReportedIsWhatHappened(long seed) throws Exception {
    openNode(4);
    openNode(1); // so that several share a request
    try {
      count(seed);
      judge();
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
                    random.nextInt(10) == 0 ? IMPATIENT : TransactionOptions.defaults();
                Counter counter = counter(random.nextInt(COUNTERS));
                counter.increment(node, options, ledger, counter.key() + "/" + name + i);
              }
            });
      }
      crew.start(
          () -> {
            hurt(new FaultDriver(seed, etcd.member(), proxies, crew::isStopped), crew);
            healed.set(true);
          });
      Await.until(
          "the counting is done",
          Duration.ofSeconds(100L * (1 + INCREMENTS / 20_000)),
          () -> crew.isStopped() || (healed.get() && ledger.committed() >= INCREMENTS));
    }
  }

  private void hurt(FaultDriver driver, Crew crew) {
    List<Runnable> faults = driver.draw((INCREMENTS + INCREMENTS_PER_ROUND) / INCREMENTS_PER_ROUND);
    for (int i = 0; i < faults.size(); i++) {
      int due = (int) ((long) INCREMENTS * i / faults.size());
      Await.until("increments go on", () -> ledger.committed() >= due || crew.isStopped());
      faults.get(i).run();
    }
  }

  private static Counter counter(int number) {
    return new Counter("counter-" + number);
  }

  private void judge() throws Exception {
    for (DistributedStorage node : storages) {
      StorageStatus status = node.status();
      LOG.info("{}", status);
      // What is on its way from before lands now or never: the sessions are over.
      node.close();
      assertEquals(0, status.counters().resyncs(), "no watch has lost anything");
    }
    CommitHistory history = CommitHistory.read(nodes.connect(), nodes.namespace());
    LOG.info("{}; {} batches", ledger, history.batches());
    ledger.assertTrueOf(history);
    DistributedStorage witness = nodes.open();
    for (int i = 0; i < COUNTERS; i++) {
      String key = counter(i).key();
      int applied = ledger.applied(history, key + "/");
      assertEquals(Integer.toString(applied), witness.read(key), key);
    }
    assertTrue(ledger.committed() >= INCREMENTS, ledger.toString());
    assertTrue(ledger.count(Ledger.Told.UNKNOWN) <= INCREMENTS / 100, ledger.toString());
    assertDoubtArose();
  }

  /** Else the faults have missed what they were aimed at. */
  private void assertDoubtArose() {
    long applied = 0;
    long notApplied = 0;
    for (DistributedStorage node : storages) {
      applied += node.status().counters().resolvedApplied();
      notApplied += node.status().counters().resolvedNotApplied();
    }
    assertTrue(applied > 0, "some answer was lost, its request carried out");
    assertTrue(notApplied > 0, "some request was lost");
  }
}
