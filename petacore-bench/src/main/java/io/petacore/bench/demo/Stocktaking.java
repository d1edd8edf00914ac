package io.petacore.bench.demo;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one node has in the end, sorted by what it means. */
final class Stocktaking {
  private final String node;
  private final long revision;
  private final Map<Bytes, Long> left = new HashMap<>();
  private final Map<Bytes, Long> sold = new HashMap<>();
  private final Map<Bytes, Bytes> itemOfOrder = new HashMap<>();
  private final Map<Bytes, Bytes> descriptions = new HashMap<>();
  private final List<Bytes> strange = new ArrayList<>();
  private long entries;

  private Stocktaking(String node, long revision) {
    this.node = node;
    this.revision = revision;
  }

  /** Sorts the contents of a node, as they were at a revision. */
  static Stocktaking of(String node, long revision, Iterable<Entry> contents) {
    Stocktaking taken = new Stocktaking(node, revision);
    for (Entry entry : contents) {
      taken.add(entry.key(), entry.value());
    }
    return taken;
  }

  private void add(Bytes key, Bytes value) {
    entries++;
    if (key.startsWith(Shop.ORDER)) {
      itemOfOrder.put(key, value);
      sold.merge(value, 1L, Long::sum);
    } else if (key.startsWith(Shop.STOCK)) {
      Long stock = Shop.stock(value);
      if (stock == null) {
        strange.add(key);
      } else {
        left.put(key.substring(Shop.STOCK.length()), stock);
      }
    } else if (key.startsWith(Shop.ITEM)) {
      descriptions.put(key.substring(Shop.ITEM.length()), value);
    } else if (!key.equals(Shop.CLOSING)) {
      strange.add(key);
    }
  }

  String node() {
    return node;
  }

  /** The revision that the contents were read at. */
  long revision() {
    return revision;
  }

  /** How many entries the node has. */
  long entries() {
    return entries;
  }

  /** What is left of each item. */
  Map<Bytes, Long> left() {
    return left;
  }

  /** How many orders there are for each item that has any. */
  Map<Bytes, Long> sold() {
    return sold;
  }

  /** The orders, each with its item. */
  Map<Bytes, Bytes> orders() {
    return itemOfOrder;
  }

  /** Each item's description. */
  Map<Bytes, Bytes> descriptions() {
    return descriptions;
  }

  /** Keys that nobody here has written, or whose value nobody has. */
  List<Bytes> strange() {
    return strange;
  }

  /**
   * Whether two nodes have the same entries, apart from the strange ones, which are named anyway.
   */
  boolean sameEntries(Stocktaking other) {
    return entries == other.entries
        && left.equals(other.left)
        && itemOfOrder.equals(other.itemOfOrder)
        && descriptions.equals(other.descriptions)
        && strange.equals(other.strange);
  }

  long unitsLeft() {
    return left.values().stream().mapToLong(Long::longValue).sum();
  }

  long unitsSold() {
    return itemOfOrder.size();
  }
}
