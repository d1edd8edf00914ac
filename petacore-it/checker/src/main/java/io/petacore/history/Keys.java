package io.petacore.history;

import io.petacore.data.Bytes;
import io.petacore.history.MicroOp.PointOp;
import io.petacore.history.MicroOp.RangeRead;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** The keys of a history, each a list or a register. */
final class Keys {

  private final Map<String, Boolean> lists = new LinkedHashMap<>();

  /** The keys in their order; empty if no range is read. */
  private final NavigableMap<Bytes, String> ordered = new TreeMap<>();

  /** Collects the keys of transactions. */
  Keys(List<Txn> txns) {
    boolean ranges = false;
    for (Txn txn : txns) {
      for (MicroOp op : txn.ops()) {
        ranges |= op instanceof RangeRead;
        named(op).forEach(this::add);
      }
    }
    if (ranges) {
      lists.keySet().forEach(key -> ordered.put(Bytes.utf8(key), key));
    }
  }

  private void add(PointOp op) {
    Boolean other = lists.putIfAbsent(op.key(), op.isOfList());
    if (other != null && other != op.isOfList()) {
      throw new IllegalArgumentException(op.key() + " is used as a list and as a register");
    }
  }

  private static List<PointOp> named(MicroOp op) {
    return op instanceof RangeRead range ? range.found() : List.of((PointOp) op);
  }

  /** Returns the keys, and whether each is a list. */
  Map<String, Boolean> lists() {
    return lists;
  }

  /** Returns what an operation did to each key: a range read also found keys to be absent. */
  List<PointOp> points(MicroOp op) {
    if (!(op instanceof RangeRead range)) {
      return named(op);
    }
    List<PointOp> points = new ArrayList<>(range.found());
    Set<String> found = new HashSet<>();
    points.forEach(point -> found.add(point.key()));
    Bytes to = Bytes.utf8(range.to());
    for (String key : ordered.subMap(Bytes.utf8(range.from()), to).values()) {
      if (!found.contains(key)) {
        points.add(PointOp.absent(key, lists.getOrDefault(key, false)));
      }
    }
    points.sort(Comparator.comparing(PointOp::key));
    return points;
  }
}
