package io.petacore.bench.demo;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the shop keeps under which key:
 *
 * <pre>
 * item/&lt;item&gt;                     its description, as it was loaded
 * stock/&lt;item&gt;                    how many are left, a decimal number
 * order/&lt;node&gt;/&lt;customer&gt;/&lt;number&gt;   one of which item was sold
 * closing                         written once all customers have left
 * </pre>
 */
final class Shop {
  static final Bytes CLOSING = Bytes.utf8("closing");
  static final Bytes ITEM = Bytes.utf8("item/");
  static final Bytes STOCK = Bytes.utf8("stock/");
  static final Bytes ORDER = Bytes.utf8("order/");
  static final KeyRange ITEMS = KeyRange.prefix(ITEM);

  private final List<Item> items;

  /**
   * An item; its keys are prepared once, since every visit uses them.
   *
   * @param name as the catalogue has it
   * @param stock how many were loaded
   */
  record Item(Bytes name, Bytes itemKey, Bytes stockKey, Bytes description, long stock) {
    Item(Bytes name, Bytes description, long stock) {
      this(name, ITEM.concat(name), STOCK.concat(name), description, stock);
    }
  }

  Shop(List<Item> items) {
    this.items = List.copyOf(items);
  }

  /** A shop with a catalogue's items, of each from one to {@code greatestStock}. */
  static Shop of(List<Entry> catalogue, long greatestStock, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Item> items = new ArrayList<>(catalogue.size());
    for (Entry entry : catalogue) {
      items.add(new Item(entry.key(), entry.value(), random.nextLong(1, greatestStock + 1)));
    }
    return new Shop(items);
  }

  List<Item> items() {
    return items;
  }

  /** How many units of all items together were loaded. */
  long unitsLoaded() {
    return items.stream().mapToLong(Item::stock).sum();
  }

  /** What has to be written before the shop can open. */
  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>(2 * items.size());
    for (Item item : items) {
      entries.add(new Entry(item.itemKey(), item.description()));
      entries.add(new Entry(item.stockKey(), stockValue(item.stock())));
    }
    return entries;
  }

  static Bytes orderKey(String node, int customer, long number) {
    return ORDER.concat(
        Bytes.utf8(String.format(Locale.ROOT, "%s/%03d/%09d", node, customer, number)));
  }

  static Bytes stockValue(long stock) {
    return Bytes.utf8(Long.toString(stock));
  }

  /** The number that a stock's value holds; null if it holds none. */
  static @Nullable Long stock(Bytes value) {
    try {
      return Long.valueOf(value.toUtf8());
    } catch (NumberFormatException | IllegalStateException e) {
      return null;
    }
  }
}
