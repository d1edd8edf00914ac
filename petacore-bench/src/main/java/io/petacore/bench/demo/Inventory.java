package io.petacore.bench.demo;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The contents of one node at the end, by kind of key. */
final class Inventory {
  private final String node;
  private final long revision;
  private final Map<Bytes, Long> left = new HashMap<>();
  private final Map<Bytes, Long> sold = new HashMap<>();
  private final Map<Bytes, Bytes> itemOfOrder = new HashMap<>();
  private final Map<Bytes, Bytes> descriptions = new HashMap<>();
  private final List<Bytes> unexpected = new ArrayList<>();
  private long entries;

  private Inventory(String node, long revision) {
    this.node = node;
    this.revision = revision;
  }

  /** Classifies the contents of a node at a revision. */
  static Inventory of(String node, long revision, Iterable<Entry> contents) {
    Inventory inventory = new Inventory(node, revision);
    for (Entry entry : contents) {
      inventory.add(entry.key(), entry.value());
    }
    return inventory;
  }

  private void add(Bytes key, Bytes value) {
    entries++;
    if (key.startsWith(Shop.ORDER)) {
      itemOfOrder.put(key, value);
      sold.merge(value, 1L, Long::sum);
    } else if (key.startsWith(Shop.STOCK)) {
      Long stock = Shop.stock(value);
      if (stock == null) {
        unexpected.add(key);
      } else {
        left.put(key.substring(Shop.STOCK.length()), stock);
      }
    } else if (key.startsWith(Shop.ITEM)) {
      descriptions.put(key.substring(Shop.ITEM.length()), value);
    } else if (!key.equals(Shop.CLOSING)) {
      unexpected.add(key);
    }
  }

  String node() {
    return node;
  }

  /** The revision at which the contents were read. */
  long revision() {
    return revision;
  }

  /** The number of entries. */
  long entries() {
    return entries;
  }

  /** The units left of each item. */
  Map<Bytes, Long> left() {
    return left;
  }

  /** The number of orders of each item that has any. */
  Map<Bytes, Long> sold() {
    return sold;
  }

  /** The item of each order, by order key. */
  Map<Bytes, Bytes> orders() {
    return itemOfOrder;
  }

  /** The description of each item. */
  Map<Bytes, Bytes> descriptions() {
    return descriptions;
  }

  /** Keys that the demo does not write, or whose value it does not write. */
  List<Bytes> unexpected() {
    return unexpected;
  }

  /** Whether two nodes have the same entries; the values of unexpected keys are not compared. */
  boolean sameEntries(Inventory other) {
    return entries == other.entries
        && left.equals(other.left)
        && itemOfOrder.equals(other.itemOfOrder)
        && descriptions.equals(other.descriptions)
        && unexpected.equals(other.unexpected);
  }

  long unitsLeft() {
    return left.values().stream().mapToLong(Long::longValue).sum();
  }

  long unitsSold() {
    return itemOfOrder.size();
  }
}
