package io.petacore.history;

import io.petacore.history.EdnReader.Keyword;
import io.petacore.history.MicroOp.PointOp;
import io.petacore.history.MicroOp.RangeRead;
import io.petacore.transaction.IsolationLevel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes histories in the format of Jepsen and Elle: one EDN map per event and line;
 * begin events have nil in position of read values. Elle ignores the fields it does not know (node,
 * thread, isolation, ranges). A history for Elle must contain only lists or only registers.
 *
 * <p>Elle has no range reads: one is written as a read of each key in the range, and the field
 * {@code :ranges} names the reads it consists of: the index of the first, their number, and the
 * bounds. Elle has no deletes, either: {@code [:d "key" tombstone]} is of this checker only, since
 * in Elle's registers nil stands for the initial version and for no other.
 */
public final class EdnHistory {

  /** The begin or the end of a transaction. */
  private record Event(Txn txn, boolean invocation) {
    long position() {
      return invocation ? txn.invoked() : txn.completed();
    }
  }

  private EdnHistory() {}

  /** Writes a history, with events numbered from 0. */
  public static void write(History history, Appendable out) throws IOException {
    List<Event> events = new ArrayList<>();
    for (Txn txn : history.txns()) {
      events.add(new Event(txn, true));
      if (txn.completed() != Txn.NEVER) {
        events.add(new Event(txn, false));
      }
    }
    events.sort(Comparator.comparingLong(Event::position));
    Keys keys = new Keys(history.txns());
    for (int index = 0; index < events.size(); index++) {
      Event event = events.get(index);
      Txn txn = event.txn();
      boolean known = !event.invocation() && txn.outcome() == Outcome.OK;
      out.append("{:index ").append(Integer.toString(index));
      out.append(", :type ").append(event.invocation() ? ":invoke" : type(txn.outcome()));
      out.append(", :process ").append(Integer.toString(txn.process()));
      out.append(", :time ")
          .append(Long.toString(event.invocation() ? txn.invokedNanos() : txn.completedNanos()));
      out.append(", :f :txn, :value ");
      writeOps(txn, keys, known, out);
      out.append(", :isolation :").append(lower(txn.level().name()));
      out.append(", :node ");
      write(txn.node(), out);
      out.append(", :thread ");
      write(txn.thread(), out);
      out.append("}\n");
    }
  }

  private static String type(Outcome outcome) {
    return switch (outcome) {
      case OK -> ":ok";
      case FAIL -> ":fail";
      case UNKNOWN -> ":info";
    };
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static void writeOps(Txn txn, Keys keys, boolean known, Appendable out)
      throws IOException {
    StringBuilder ranges = new StringBuilder();
    int written = 0;
    out.append('[');
    for (MicroOp op : txn.ops()) {
      List<PointOp> points = keys.points(op);
      if (op instanceof RangeRead range) {
        ranges.append(ranges.isEmpty() ? "[" : " [").append(written).append(' ');
        ranges.append(points.size()).append(' ');
        write(range.from(), ranges);
        ranges.append(' ');
        write(range.to(), ranges);
        ranges.append(']');
      }
      for (PointOp point : points) {
        out.append(written++ == 0 ? "" : " ");
        write(point, known, out);
      }
    }
    out.append(']');
    if (!ranges.isEmpty()) {
      out.append(", :ranges [").append(ranges).append(']');
    }
  }

  private static void write(PointOp op, boolean known, Appendable out) throws IOException {
    out.append(function(op));
    write(op.key(), out);
    out.append(' ');
    if (op.writes()) {
      out.append(Long.toString(op.written()));
    } else if (!known || (op.seen().isEmpty() && !op.isOfList())) {
      out.append("nil");
    } else if (op.isOfList()) {
      out.append(op.seen().toString().replace(",", ""));
    } else {
      out.append(op.seen().get(0).toString());
    }
    out.append(']');
  }

  private static String function(PointOp op) {
    if (op instanceof MicroOp.Delete) {
      return "[:d ";
    }
    return op.writes() ? (op.isOfList() ? "[:append " : "[:w ") : "[:r ";
  }

  private static void write(String string, Appendable out) throws IOException {
    out.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        case '\n' -> out.append("\\n");
        default -> {
          if (Character.isISOControl(c) || Character.isSurrogate(c)) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /**
   * Reads a history. Without a node each process counts as a node; without an isolation level a
   * transaction counts as Snapshot.
   *
   * @throws IllegalArgumentException if the text is not a history of lists and registers
   */
  public static History read(CharSequence text) {
    List<@Nullable Object> all = new EdnReader(text.toString()).readAll();
    if (all.size() == 1 && all.get(0) instanceof List<?> vector) {
      all = new ArrayList<>(vector); // Elle accepts brackets, too
    }
    return new Reading(all).history();
  }

  /** Pairs end events with begin events by process. */
  private static final class Reading {
    private final List<@Nullable Object> events;
    private final Set<String> lists = new HashSet<>();
    private final Map<Long, Map<?, ?>> begun = new HashMap<>();
    private final Map<Long, Long> beganAt = new HashMap<>();
    private final List<Txn> txns = new ArrayList<>();

    Reading(List<@Nullable Object> events) {
      this.events = events;
    }

    History history() {
      for (Object event : events) {
        for (Object op : vector(get(map(event), "value"))) {
          List<?> parts = vector(op);
          if (isList(parts)) {
            lists.add(key(parts.get(1)));
          }
        }
      }
      for (int position = 0; position < events.size(); position++) {
        read(map(events.get(position)), position);
      }
      begun.forEach((process, event) -> add(event, event, Outcome.UNKNOWN, Txn.NEVER));
      return new History(txns);
    }

    private void read(Map<?, ?> event, long position) {
      long process = number(get(event, "process"));
      String type = name(get(event, "type"));
      if (type.equals("invoke")) {
        if (begun.put(process, event) != null) {
          throw new IllegalArgumentException("process " + process + " does two things at once");
        }
        beganAt.put(process, position);
        return;
      }
      Map<?, ?> beginning = begun.get(process);
      if (beginning == null) {
        throw new IllegalArgumentException("process " + process + " ends what it has not begun");
      }
      Outcome outcome =
          switch (type) {
            case "ok" -> Outcome.OK;
            case "fail" -> Outcome.FAIL;
            case "info" -> Outcome.UNKNOWN;
            default -> throw new IllegalArgumentException("an event of type " + type);
          };
      add(beginning, event, outcome, position);
      begun.remove(process);
    }

    private void add(Map<?, ?> beginning, Map<?, ?> end, Outcome outcome, long completed) {
      long process = number(get(beginning, "process"));
      Object node = get(beginning, "node");
      Object thread = get(beginning, "thread");
      Object level = get(beginning, "isolation");
      List<MicroOp> ops = new ArrayList<>();
      for (Object op : vector(get(end, "value"))) {
        ops.add(op(vector(op)));
      }
      Object ranges = get(end, "ranges");
      if (ranges != null) {
        List<?> all = vector(ranges);
        for (int i = all.size() - 1; i >= 0; i--) { // from the end: indexes before stay valid
          join(ops, vector(all.get(i)));
        }
      }
      txns.add(
          new Txn(
              Math.toIntExact(process),
              node instanceof String name ? name : "process " + process,
              thread instanceof String name ? name : "",
              level == null
                  ? IsolationLevel.SNAPSHOT
                  : IsolationLevel.valueOf(name(level).toUpperCase(Locale.ROOT).replace('-', '_')),
              outcome,
              ops,
              Objects.requireNonNull(beganAt.get(process)),
              completed,
              number(get(beginning, "time")),
              number(get(end, "time"))));
    }

    /** Makes one range read of the reads that it was written as. */
    private static void join(List<MicroOp> ops, List<?> range) {
      int first = Math.toIntExact(number(range.get(0)));
      int end = first + Math.toIntExact(number(range.get(1)));
      if (first < 0 || end < first || end > ops.size()) {
        throw new IllegalArgumentException("a range of operations that do not exist: " + range);
      }
      List<PointOp> found = new ArrayList<>();
      boolean lists = false;
      for (MicroOp op : ops.subList(first, end)) {
        if (!(op instanceof PointOp read) || read.writes()) {
          throw new IllegalArgumentException("a range of an operation that is no read: " + op);
        }
        lists |= read.isOfList();
        if (!read.seen().isEmpty()) {
          found.add(read);
        }
      }
      ops.subList(first, end).clear();
      ops.add(first, new RangeRead(key(range.get(2)), key(range.get(3)), lists, found));
    }

    private static boolean isList(List<?> op) {
      return name(op.get(0)).equals("append") || op.get(2) instanceof List<?>;
    }

    private PointOp op(List<?> op) {
      String key = key(op.get(1));
      Object value = op.get(2);
      return switch (name(op.get(0))) {
        case "append" -> new MicroOp.Append(key, number(value));
        case "d" -> new MicroOp.Delete(key, number(value));
        case "w" -> new MicroOp.Write(key, number(value));
        case "r" -> {
          if (lists.contains(key)) {
            List<?> elements = value == null ? List.of() : vector(value);
            yield new MicroOp.ListRead(key, elements.stream().map(Reading::number).toList());
          }
          yield new MicroOp.RegisterRead(key, value == null ? null : Long.valueOf(number(value)));
        }
        default -> throw new IllegalArgumentException("an operation " + op);
      };
    }

    private static @Nullable Object get(Map<?, ?> event, String name) {
      return event.get(new Keyword(name));
    }

    private static Map<?, ?> map(@Nullable Object value) {
      if (value instanceof Map<?, ?> map) {
        return map;
      }
      throw new IllegalArgumentException("not a map: " + value);
    }

    private static List<?> vector(@Nullable Object value) {
      if (value instanceof List<?> vector) {
        return vector;
      }
      throw new IllegalArgumentException("not a vector: " + value);
    }

    private static long number(@Nullable Object value) {
      if (value instanceof Long number) {
        return number;
      }
      throw new IllegalArgumentException("not an integer: " + value);
    }

    private static String name(@Nullable Object value) {
      if (value instanceof Keyword keyword) {
        return keyword.name();
      }
      throw new IllegalArgumentException("not a keyword: " + value);
    }

    private static String key(@Nullable Object value) {
      if (value instanceof String string) {
        return string;
      }
      return value instanceof Keyword keyword ? ":" + keyword.name() : String.valueOf(value);
    }
  }
}
