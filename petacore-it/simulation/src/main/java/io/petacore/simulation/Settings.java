package io.petacore.simulation;

import java.util.List;
import java.util.Random;

/** The settings of all nodes of a run. */
record Settings(
    int buckets,
    int maxOperations,
    long retention,
    long historyBytes,
    long commitTimeout,
    long sessionTimeout,
    long idleWriteInterval,
    int maxInFlight,
    int pageSize) {

  static Settings drawnFrom(Timeline timeline) {
    Random random = timeline.random();
    return new Settings(
        List.of(1, 4, 64, 4096).get(random.nextInt(4)),
        List.of(16, 32, 128).get(random.nextInt(3)),
        List.of(300, 2_000, 10_000).get(random.nextInt(3)) * Timeline.MILLISECOND,
        timeline.chance(0.2) ? 4_000 : 256 << 20,
        (1 + random.nextInt(4)) * Timeline.SECOND,
        (1 + random.nextInt(9)) * Timeline.SECOND,
        (timeline.chance(0.3) ? 1 : 60) * Timeline.SECOND,
        1 + random.nextInt(4),
        List.of(1, 2, 5, 1_000).get(random.nextInt(4)));
  }
}
