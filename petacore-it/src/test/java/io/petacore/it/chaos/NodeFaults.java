package io.petacore.it.chaos;

import io.petacore.it.fault.Fault;
import io.petacore.it.fault.LinkFaults;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.it.proxy.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Faults of nodes and their connections. */
final class NodeFaults {

  /** The kinds of faults. */
  enum Kind {
    PARTITION_FROM_MEMBER,
    PARTITION,
    SLOW_LINKS,
    /** Requests are applied, but responses and events are lost. */
    LOSE_RESPONSES,
    LOSE_REQUESTS,
    /** Requests arrive after their sender has timed out. */
    HOLD_REQUESTS,
    CUT_CONNECTIONS,
    /** The node is partitioned until the revisions that it lacks are compacted. */
    MISS_HISTORY,
    CLOCK_AHEAD,
    CLOCK_BEHIND,
    /** For longer than the lease of its session. */
    PAUSE_PROCESS,
    KILL_PROCESS,
    /** The node closes its storage and opens a new one. */
    LEAVE_AND_JOIN
  }

  private final List<Node> nodes;
  private final ProcessNode process;
  private final Disk disk;

  NodeFaults(List<Node> nodes, ProcessNode process, Disk disk) {
    this.disk = disk;
    this.nodes = List.copyOf(nodes);
    this.process = process;
  }

  Fault draw(Kind kind, Random random) {
    Node node = nodes.get(random.nextInt(nodes.size()));
    TcpProxy link = node.links().get(random.nextInt(node.links().size()));
    Duration time = Fault.millis(random, 100, 4_000);
    Duration delay = Fault.millis(random, 5, 400);
    Duration offset = Fault.millis(random, 50, 5_000);
    int times = 1 + random.nextInt(5);
    return switch (kind) {
      case PARTITION_FROM_MEMBER -> fault(kind, node, LinkFaults.hold(both(List.of(link)), time));
      case PARTITION -> fault(kind, node, LinkFaults.hold(both(node.links()), time));
      case SLOW_LINKS -> fault(kind, node, LinkFaults.delay(both(node.links()), delay, time));
      case LOSE_RESPONSES ->
          fault(kind, node, LinkFaults.swallow(ways(node.links(), Direction.TO_CLIENT), time));
      case LOSE_REQUESTS ->
          fault(kind, node, LinkFaults.swallow(ways(node.links(), Direction.TO_SERVER), time));
      case HOLD_REQUESTS ->
          fault(kind, node, LinkFaults.hold(ways(node.links(), Direction.TO_SERVER), time));
      case CUT_CONNECTIONS ->
          fault(kind, node, LinkFaults.cut(node.links(), times, Fault.millis(random, 1, 100)));
      case MISS_HISTORY ->
          fault(
              kind,
              node,
              lasting ->
                  LinkFaults.swallow(both(node.links()), time)
                      .run(
                          duration -> {
                            lasting.last(duration);
                            disk.compact();
                          }));
      case CLOCK_AHEAD -> fault(kind, node, skew(node, offset, time));
      case CLOCK_BEHIND -> fault(kind, node, skew(node, offset.negated(), time));
      case PAUSE_PROCESS ->
          new Fault(kind.name(), ProcessNode.NAME, process.pause(time.plus(ProcessNode.LEASE)));
      case KILL_PROCESS -> new Fault(kind.name(), ProcessNode.NAME, process.restart(time));
      case LEAVE_AND_JOIN ->
          fault(
              kind,
              node,
              lasting -> {
                node.leave();
                lasting.last(time);
                node.join();
              });
    };
  }

  private static Fault fault(Kind kind, Node node, Fault.Course course) {
    return new Fault(kind.name(), node.name(), course);
  }

  private static Fault.Course skew(Node node, Duration offset, Duration time) {
    return lasting -> {
      node.clock().skew(offset);
      lasting.last(time);
      node.clock().skew(Duration.ZERO);
    };
  }

  private static List<Way> both(List<TcpProxy> links) {
    List<Way> ways = new ArrayList<>(ways(links, Direction.TO_SERVER));
    ways.addAll(ways(links, Direction.TO_CLIENT));
    return ways;
  }

  private static List<Way> ways(List<TcpProxy> links, Direction direction) {
    return links.stream().map(link -> link.way(direction)).toList();
  }
}
