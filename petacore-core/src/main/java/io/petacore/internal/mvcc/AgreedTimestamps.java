package io.petacore.internal.mvcc;

import java.util.ArrayList;
import java.util.List;

/**
 * For which version numbers this node's answer is final and the same on every other node.
 *
 * <p>Not for all: a node that loaded a state knows one timestamp for all that came before, where
 * others saw many; and while it was away, what it applies as one revision was many too. So there
 * are spans in which every revision was seen one by one with numbers that all nodes agree on, and
 * holes between them. Written by the single writer, read by everybody.
 */
final class AgreedTimestamps {

  /** From the number of one revision up to that of another, both included. */
  private record Span(long first, long last) {}

  private static final long OPEN = Long.MAX_VALUE;

  private volatile List<Span> spans = List.of(); // ascending; the last one may be open

  boolean isOpen() {
    return !spans.isEmpty() && spans.get(spans.size() - 1).last() == OPEN;
  }

  /** Writer: from this revision's timestamp on, numbers are those of all nodes. */
  void begin(long timestamp, long horizon) {
    List<Span> kept = new ArrayList<>();
    for (Span span : spans) {
      if (span.last() >= horizon) {
        kept.add(span);
      }
    }
    kept.add(new Span(timestamp, OPEN));
    spans = List.copyOf(kept);
  }

  /** Writer: what follows the revision with this timestamp is not seen one by one. */
  void interrupt(long timestamp) {
    if (!isOpen()) {
      return;
    }
    List<Span> closed = new ArrayList<>(spans);
    Span open = closed.remove(closed.size() - 1);
    closed.add(new Span(open.first(), timestamp));
    spans = List.copyOf(closed);
  }

  /** Whether two timestamps lie in the same span. */
  boolean containsBoth(long first, long second) {
    for (Span span : spans) {
      if (span.first() <= first && second <= span.last()) {
        return true;
      }
    }
    return false;
  }

  /** Whether a timestamp lies in a span. */
  boolean contains(long timestamp) {
    for (Span span : spans) {
      if (span.first() <= timestamp && timestamp <= span.last()) {
        return true;
      }
    }
    return false;
  }
}
