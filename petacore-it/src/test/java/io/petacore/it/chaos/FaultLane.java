package io.petacore.it.chaos;

import io.petacore.it.fault.Fault;
import io.petacore.it.fault.Lasting;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sequence of faults, one at a time. Each round has every kind once, in random order; victims and
 * durations are drawn from a seed. Not thread-safe.
 *
 * @param <K> the kinds
 */
final class FaultLane<K> {

  private static final Logger LOG = LoggerFactory.getLogger(FaultLane.class);

  private final String name;
  private final List<K> kinds;
  private final BiFunction<K, Random, Fault> draw;
  private final Random random;
  private final Timeline timeline;
  private final Deque<K> round = new ArrayDeque<>();

  FaultLane(
      String name, long seed, List<K> kinds, BiFunction<K, Random, Fault> draw, Timeline timeline) {
    this.name = name;
    this.kinds = List.copyOf(kinds);
    this.draw = draw;
    this.random = new Random(seed);
    this.timeline = timeline;
  }

  /** Injects faults until stopped; all faults are healed when this returns. */
  void run(Lasting lasting, BooleanSupplier stopped) {
    while (!stopped.getAsBoolean()) {
      Fault fault = draw.apply(next(), random);
      Duration pause = Duration.ofMillis(random.nextInt(300, 1_500));
      LOG.info("{}: {}", name, fault);
      long begin = timeline.now();
      fault.course().run(lasting);
      timeline.add(new Timeline.Span(name, fault.kind(), fault.victim(), begin, timeline.now()));
      lasting.last(pause);
    }
  }

  private K next() {
    if (round.isEmpty()) {
      List<K> shuffled = new ArrayList<>(kinds);
      Collections.shuffle(shuffled, random);
      round.addAll(shuffled);
    }
    return round.remove();
  }
}
