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

/** What is done to nodes and their connections. */
final class NodeFaults {

  /** The kinds. */
  enum Kind {
    CUT_OFF_FROM_MEMBER,
    CUT_OFF,
    SLOW_LINKS,
    /** Requests are carried out, their answers and all events are lost. */
    LOSE_ANSWERS,
    LOSE_REQUESTS,
    /** Requests arrive when their sender has given them up. */
    HOLD_REQUESTS,
    CUT_CONNECTIONS,
    /** It is cut off until the history that it lacks has been compacted. */
    MISS_HISTORY,
    CLOCK_AHEAD,
    CLOCK_BEHIND,
    /** For longer than its lease lasts. */
    STOP_PROCESS,
    KILL_PROCESS,
    /** It leaves in an orderly way, and joins again. */
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
    Duration time = millis(random, 100, 4_000);
    Duration delay = millis(random, 5, 400);
    Duration offset = millis(random, 50, 5_000);
    int times = 1 + random.nextInt(5);
    return switch (kind) {
      case CUT_OFF_FROM_MEMBER -> fault(kind, node, LinkFaults.hold(both(List.of(link)), time));
      case CUT_OFF -> fault(kind, node, LinkFaults.hold(both(node.links()), time));
      case SLOW_LINKS -> fault(kind, node, LinkFaults.delay(both(node.links()), delay, time));
      case LOSE_ANSWERS ->
          fault(kind, node, LinkFaults.swallow(ways(node.links(), Direction.TO_CLIENT), time));
      case LOSE_REQUESTS ->
          fault(kind, node, LinkFaults.swallow(ways(node.links(), Direction.TO_SERVER), time));
      case HOLD_REQUESTS ->
          fault(kind, node, LinkFaults.hold(ways(node.links(), Direction.TO_SERVER), time));
      case CUT_CONNECTIONS ->
          fault(kind, node, LinkFaults.cut(node.links(), times, millis(random, 1, 100)));
      case MISS_HISTORY ->
          fault(
              kind,
              node,
              lasting ->
                  LinkFaults.swallow(both(node.links()), time)
                      .run(
                          cutOff -> {
                            lasting.last(cutOff);
                            disk.compact();
                          }));
      case CLOCK_AHEAD -> fault(kind, node, skew(node, offset, time));
      case CLOCK_BEHIND -> fault(kind, node, skew(node, offset.negated(), time));
      case STOP_PROCESS ->
          new Fault(kind.name(), ProcessNode.NAME, process.stop(time.plus(ProcessNode.LEASE)));
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

  private static Duration millis(Random random, int from, int to) {
    return Duration.ofMillis(random.nextInt(from, to));
  }
}
