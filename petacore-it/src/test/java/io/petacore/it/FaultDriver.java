package io.petacore.it;

import io.petacore.it.etcd.Member;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.testing.Await;
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

  private enum Fault {
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
  private final BooleanSupplier givenUp;

  /**
   * @param proxies one for each node
   * @param givenUp ends faults early: the test has failed
   */
  FaultDriver(long seed, Member etcd, List<TcpProxy> proxies, BooleanSupplier givenUp) {
    this.random = new Random(seed);
    this.etcd = etcd;
    this.proxies = List.copyOf(proxies);
    this.givenUp = givenUp;
  }

  /** Faults for some rounds, one of each kind in a round, in any order; all is well after each. */
  List<Runnable> draw(int rounds) {
    List<Runnable> faults = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      List<Fault> round = new ArrayList<>(List.of(Fault.values()));
      Collections.shuffle(round, random);
      round.forEach(fault -> faults.add(draw(fault)));
    }
    return faults;
  }

  private Runnable draw(Fault fault) {
    int node = random.nextInt(proxies.size());
    TcpProxy proxy = proxies.get(node);
    Duration time = millis(20, 1_500);
    Runnable happening =
        switch (fault) {
          case LOSE_ANSWERS -> swallow(proxy, Direction.TO_CLIENT, time);
          case LOSE_REQUESTS -> swallow(proxy, Direction.TO_SERVER, time);
          case HOLD_REQUESTS -> hold(proxy, millis(800, 2_800));
          case DELAY_REQUESTS -> delay(proxy, millis(100, 1_500), time);
          case CUT_CONNECTIONS -> cut(proxy, 1 + random.nextInt(4), millis(1, 100));
          case STOP_ETCD -> stop(millis(20, 2_500));
          case KILL_ETCD -> kill(millis(0, 500));
        };
    return () -> {
      LOG.info("{}, of node {} if of one", fault, node);
      happening.run();
    };
  }

  private Duration millis(int from, int to) {
    return Duration.ofMillis(random.nextInt(from, to));
  }

  private Runnable swallow(TcpProxy proxy, Direction direction, Duration time) {
    return () -> {
      proxy.swallow(direction);
      last(time);
      proxy.pass(direction);
    };
  }

  private Runnable hold(TcpProxy proxy, Duration time) {
    return () -> {
      proxy.hold(Direction.TO_SERVER);
      last(time);
      proxy.pass(Direction.TO_SERVER);
    };
  }

  private Runnable delay(TcpProxy proxy, Duration delay, Duration time) {
    return () -> {
      proxy.delay(Direction.TO_SERVER, delay);
      last(delay.plus(time));
      proxy.delay(Direction.TO_SERVER, Duration.ZERO);
    };
  }

  private Runnable cut(TcpProxy proxy, int times, Duration between) {
    return () -> {
      for (int i = 0; i < times; i++) {
        proxy.cut();
        last(between);
      }
    };
  }

  private Runnable stop(Duration time) {
    return () -> {
      etcd.pause();
      last(time);
      etcd.resume();
    };
  }

  private Runnable kill(Duration time) {
    return () -> {
      etcd.kill();
      last(time);
      etcd.start();
    };
  }

  private void last(Duration time) {
    long begun = System.nanoTime();
    Await.until(
        "the fault has lasted for its time",
        () -> System.nanoTime() - begun >= time.toNanos() || givenUp.getAsBoolean());
  }
}
