package io.petacore.it;

import io.petacore.it.etcd.Member;
import io.petacore.it.fault.Fault;
import io.petacore.it.fault.Lasting;
import io.petacore.it.fault.LinkFaults;
import io.petacore.it.fault.MemberFaults;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.it.proxy.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Injects faults into connections of nodes and into their etcd, one after another. Kinds, victims
 * and durations are drawn from a seed; every kind occurs equally often. Not thread-safe.
 */
final class FaultDriver {

  private static final Logger LOG = LoggerFactory.getLogger(FaultDriver.class);

  private enum Kind {
    /** Requests are applied, but responses and events are lost. */
    LOSE_RESPONSES,
    LOSE_REQUESTS,
    /** Requests arrive together after their sender has timed out. */
    HOLD_REQUESTS,
    /** Requests are delayed individually. */
    DELAY_REQUESTS,
    CUT_CONNECTIONS,
    PAUSE_ETCD,
    KILL_ETCD
  }

  private final Random random;
  private final Member etcd;
  private final List<TcpProxy> proxies;
  private final Lasting lasting;

  /**
   * @param proxies one proxy per node
   * @param stopped whether to end faults early, since the test has failed
   */
  FaultDriver(long seed, Member etcd, List<TcpProxy> proxies, BooleanSupplier stopped) {
    this.random = new Random(seed);
    this.etcd = etcd;
    this.proxies = List.copyOf(proxies);
    this.lasting = Lasting.until(stopped);
  }

  /** Draws faults for some rounds; each round has one fault of each kind, in random order. */
  List<Runnable> draw(int rounds) {
    List<Runnable> faults = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      List<Kind> round = new ArrayList<>(List.of(Kind.values()));
      Collections.shuffle(round, random);
      round.forEach(kind -> faults.add(draw(kind)));
    }
    return faults;
  }

  private Runnable draw(Kind kind) {
    int node = random.nextInt(proxies.size());
    TcpProxy proxy = proxies.get(node);
    List<Way> requests = List.of(proxy.way(Direction.TO_SERVER));
    List<Way> responses = List.of(proxy.way(Direction.TO_CLIENT));
    Duration time = Fault.millis(random, 20, 1_500);
    Fault.Course course =
        switch (kind) {
          case LOSE_RESPONSES -> LinkFaults.swallow(responses, time);
          case LOSE_REQUESTS -> LinkFaults.swallow(requests, time);
          case HOLD_REQUESTS -> LinkFaults.hold(requests, Fault.millis(random, 800, 2_800));
          case DELAY_REQUESTS -> LinkFaults.delay(requests, Fault.millis(random, 100, 1_500), time);
          case CUT_CONNECTIONS ->
              LinkFaults.cut(List.of(proxy), 1 + random.nextInt(4), Fault.millis(random, 1, 100));
          case PAUSE_ETCD ->
              MemberFaults.stop(() -> List.of(etcd), Fault.millis(random, 20, 2_500));
          case KILL_ETCD ->
              MemberFaults.kill(() -> List.of(etcd), Fault.millis(random, 0, 500), () -> {});
        };
    Fault fault = new Fault(kind.name(), "node " + node, course);
    return () -> {
      LOG.info("{}", fault);
      course.run(lasting);
    };
  }
}
