package io.petacore.bench.peers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;

/** The results; of several rounds, the one with the median ratio to PetaCore. */
final class PeerTable {

  /**
   * The time per operation.
   *
   * @param nanos nanoseconds per operation
   * @param ratio to PetaCore's time in the same round
   */
  record Cell(double nanos, double ratio) {}

  private final List<NamedPeer> peers;
  private final Map<PeerWorkload, List<Map<String, Double>>> rounds =
      new EnumMap<>(PeerWorkload.class);

  /**
   * @param peers the peers, PetaCore first
   */
  PeerTable(List<NamedPeer> peers) {
    this.peers = peers;
  }

  List<NamedPeer> peers() {
    return peers;
  }

  /** Returns the names of the peers that support a workload. */
  List<String> namesFor(PeerWorkload work) {
    return peers.stream().filter(p -> work.isSupportedBy(p.peer())).map(NamedPeer::name).toList();
  }

  /** Adds the results of a round. */
  void add(PeerWorkload work, List<RunResult> results) {
    Map<String, Double> nanos = new HashMap<>();
    for (RunResult result : results) {
      nanos.put(result.getParams().getParam("peer"), result.getPrimaryResult().getScore());
    }
    rounds.computeIfAbsent(work, w -> new ArrayList<>()).add(nanos);
  }

  /** Returns the result of a peer; null if it was not measured. */
  @Nullable Cell cell(NamedPeer peer, PeerWorkload work) {
    List<Cell> cells = new ArrayList<>();
    for (Map<String, Double> round : rounds.getOrDefault(work, List.of())) {
      Double nanos = round.get(peer.name());
      if (nanos != null) {
        cells.add(new Cell(nanos, nanos / Objects.requireNonNull(round.get(Peers.PETACORE))));
      }
    }
    cells.sort(Comparator.comparingDouble(Cell::ratio));
    return cells.isEmpty() ? null : cells.get(cells.size() / 2);
  }

  /** Formats the table in Markdown; times shorter than PetaCore's are bold. */
  String toMarkdown() {
    StringBuilder table = new StringBuilder("| | where | snapshot | durable | replicated |");
    for (PeerWorkload work : rounds.keySet()) {
      table.append(' ').append(work.title()).append(" |");
    }
    table.append("\n|").append(" --- |".repeat(5 + rounds.size())).append('\n');
    for (NamedPeer peer : peers) {
      PeerDescription description = peer.peer().description();
      table
          .append("| ")
          .append(description.name())
          .append(" | ")
          .append(description.location())
          .append(" | ");
      table.append(yesOrNo(description.isSnapshot())).append(" | ");
      table.append(yesOrNo(description.isDurable())).append(" | ");
      table.append(yesOrNo(description.isReplicated())).append(" |");
      for (PeerWorkload work : rounds.keySet()) {
        table.append(' ').append(show(cell(peer, work))).append(" |");
      }
      table.append('\n');
    }
    return table.toString();
  }

  private static String yesOrNo(boolean value) {
    return value ? "yes" : "no";
  }

  private static String show(@Nullable Cell cell) {
    if (cell == null) {
      return "–";
    }
    String text = time(cell.nanos()) + ", " + ratio(cell.ratio());
    return cell.ratio() < 1 ? "**" + text + "**" : text;
  }

  private static String time(double nanos) {
    String format = nanos < 1_000 ? "%.0f ns" : nanos < 100_000 ? "%.2f µs" : "%.0f µs";
    return String.format(Locale.ROOT, format, nanos < 1_000 ? nanos : nanos / 1_000);
  }

  private static String ratio(double ratio) {
    if (ratio < 0.01) {
      return "< 0.01 ×";
    }
    return String.format(Locale.ROOT, ratio < 10 ? "%.2f ×" : "%,.0f ×", ratio);
  }
}
