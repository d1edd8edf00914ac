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

/** What was measured: of several rounds the one whose ratio to PetaCore is in the middle. */
final class PeerTable {

  /**
   * How long one operation took.
   *
   * @param nanos the time
   * @param ratio to PetaCore's time in the same round
   */
  record Cell(double nanos, double ratio) {}

  private final List<NamedPeer> peers;
  private final Map<PeerWork, List<Map<String, Double>>> rounds = new EnumMap<>(PeerWork.class);

  /**
   * @param peers PetaCore the first
   */
  PeerTable(List<NamedPeer> peers) {
    this.peers = peers;
  }

  List<NamedPeer> peers() {
    return peers;
  }

  /** Who can do it. */
  List<String> namesFor(PeerWork work) {
    return peers.stream().filter(p -> work.isFor(p.peer())).map(NamedPeer::name).toList();
  }

  /** Adds a round. */
  void add(PeerWork work, List<RunResult> results) {
    Map<String, Double> nanos = new HashMap<>();
    for (RunResult result : results) {
      nanos.put(result.getParams().getParam("peer"), result.getPrimaryResult().getScore());
    }
    rounds.computeIfAbsent(work, w -> new ArrayList<>()).add(nanos);
  }

  /** What a peer took; null if it can't do that, or was not asked. */
  @Nullable Cell cell(NamedPeer peer, PeerWork work) {
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

  /** Bold is what is faster than PetaCore. */
  String toMarkdown() {
    StringBuilder table = new StringBuilder("| | where | snapshot | durable | replicated |");
    for (PeerWork work : rounds.keySet()) {
      table.append(' ').append(work.title()).append(" |");
    }
    table.append("\n|").append(" --- |".repeat(5 + rounds.size())).append('\n');
    for (NamedPeer peer : peers) {
      Offer offer = peer.peer().offer();
      table.append("| ").append(offer.name()).append(" | ").append(offer.place()).append(" | ");
      table.append(yesOrNo(offer.isSnapshot())).append(" | ");
      table.append(yesOrNo(offer.isDurable())).append(" | ");
      table.append(yesOrNo(offer.isReplicated())).append(" |");
      for (PeerWork work : rounds.keySet()) {
        table.append(' ').append(show(cell(peer, work))).append(" |");
      }
      table.append('\n');
    }
    return table.toString();
  }

  private static String yesOrNo(boolean offered) {
    return offered ? "yes" : "no";
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
