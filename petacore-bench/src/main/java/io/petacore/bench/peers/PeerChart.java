package io.petacore.bench.peers;

import java.util.Locale;

/** An SVG chart of the ratios: one row per peer, on a logarithmic axis. */
final class PeerChart {

  private static final int WIDTH = 900;
  private static final int LEFT = 230;
  private static final int RIGHT = 40;
  private static final int TOP = 92;
  private static final int ROW = 30;
  private static final int MIN_POWER = -2;
  private static final int MAX_POWER = 4;

  private PeerChart() {}

  static String of(PeerTable table) {
    int height = TOP + ROW * (table.peers().size() - 1) + 24;
    StringBuilder svg = new StringBuilder();
    svg.append(
        text(
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="14">
            <rect width="%d" height="%d" fill="#ffffff"/>
            <text x="16" y="26" font-size="17" font-weight="bold" fill="#1f2933">Time of the peers relative to PetaCore</text>
            """,
            WIDTH, height, WIDTH, height));
    legend(svg);
    for (int power = MIN_POWER; power <= MAX_POWER; power++) {
      svg.append(axis(power, height));
    }
    int y = TOP;
    for (NamedPeer peer : table.peers()) {
      if (!peer.name().equals(Peers.PETACORE)) {
        row(svg, table, peer, y);
        y += ROW;
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private static void legend(StringBuilder svg) {
    int x = 16;
    for (PeerWorkload work : PeerWorkload.values()) {
      svg.append(
          text(
              """
              <circle cx="%d" cy="46" r="6" fill="%s"/>
              <text x="%d" y="51" fill="#1f2933">%s</text>
              """,
              x + 6, work.colour(), x + 18, work.title()));
      x += 50 + 8 * work.title().length();
    }
  }

  private static String axis(int power, int height) {
    double x = x(Math.pow(10, power));
    return text(
        """
        <line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="%s"/>
        <text x="%.1f" y="%d" text-anchor="middle" font-size="12" fill="#52606d">%s ×</text>
        """,
        x,
        TOP - 14,
        x,
        height - 14,
        power == 0 ? "#1f2933" : "#d3dae1",
        x,
        TOP - 20,
        power < 0 ? Double.toString(Math.pow(10, power)) : text("%,.0f", Math.pow(10, power)));
  }

  private static void row(StringBuilder svg, PeerTable table, NamedPeer peer, int y) {
    svg.append(
        text(
            """
            <text x="%d" y="%d" text-anchor="end" fill="#1f2933"%s>%s</text>
            """,
            LEFT - 12,
            y + 5,
            peer.peer().description().isSnapshot() ? " font-weight=\"bold\"" : "",
            peer.peer().description().name()));
    for (PeerWorkload work : PeerWorkload.values()) {
      PeerTable.Cell cell = table.cell(peer, work);
      if (cell != null) {
        svg.append(
            text(
                """
                <circle cx="%.1f" cy="%d" r="6" fill="%s" fill-opacity="0.85"/>
                """,
                x(cell.ratio()), y, work.colour()));
      }
    }
  }

  private static double x(double ratio) {
    double power = Math.max(MIN_POWER, Math.min(MAX_POWER, Math.log10(ratio)));
    return LEFT + (WIDTH - LEFT - RIGHT) * (power - MIN_POWER) / (MAX_POWER - MIN_POWER);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
