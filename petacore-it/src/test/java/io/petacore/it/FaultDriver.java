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
 * Hurts the connections of some nodes and the etcd behind them, one fault after another. Which, of
 * whom and for how long comes from a seed; every kind occurs equally often. To be used by one
 * thread.
 */
final class FaultDriver {

  private static final Logger LOG = LoggerFactory.getLogger(FaultDriver.class);

  private enum Kind {
    /** Requests are carried out, their answers and all events are lost. */
    LOSE_ANSWERS,
    LOSE_REQUESTS,
    /** Requests arrive when their sender has given them up, all at once. */
    HOLD_REQUESTS,
    /** The same, each after its time. */
    DELAY_REQUESTS,
    CUT_CONNECTIONS,
    STOP_ETCD,
    KILL_ETCD
  }

  private final Random random;
  private final Member etcd;
  private final List<TcpProxy> proxies;
  private final Lasting lasting;

  /**
   * @param proxies one for each node
   * @param givenUp ends faults early: the test has failed
   */
  FaultDriver(long seed, Member etcd, List<TcpProxy> proxies, BooleanSupplier givenUp) {
    this.random = new Random(seed);
    this.etcd = etcd;
    this.proxies = List.copyOf(proxies);
    this.lasting = Lasting.until(givenUp);
  }

  /** Faults for some rounds, one of each kind in a round, in any order; all is well after each. */
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
    List<Way> answers = List.of(proxy.way(Direction.TO_CLIENT));
    Duration time = millis(20, 1_500);
    Fault.Course course =
        switch (kind) {
          case LOSE_ANSWERS -> LinkFaults.swallow(answers, time);
          case LOSE_REQUESTS -> LinkFaults.swallow(requests, time);
          case HOLD_REQUESTS -> LinkFaults.hold(requests, millis(800, 2_800));
          case DELAY_REQUESTS -> LinkFaults.delay(requests, millis(100, 1_500), time);
          case CUT_CONNECTIONS ->
              LinkFaults.cut(List.of(proxy), 1 + random.nextInt(4), millis(1, 100));
          case STOP_ETCD -> MemberFaults.stop(() -> List.of(etcd), millis(20, 2_500));
          case KILL_ETCD -> MemberFaults.kill(() -> List.of(etcd), millis(0, 500), () -> {});
        };
    Fault fault = new Fault(kind.name(), "node " + node + " if of one", course);
    return () -> {
      LOG.info("{}", fault);
      course.run(lasting);
    };
  }

  private Duration millis(int from, int to) {
    return Duration.ofMillis(random.nextInt(from, to));
  }
}
