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
 * The keys of the shop:
 *
 * <pre>
 * item/&lt;item&gt;                     its description
 * stock/&lt;item&gt;                    units left, a decimal number
 * order/&lt;node&gt;/&lt;customer&gt;/&lt;number&gt;   the item that was sold
 * closing                         written once after all customers have stopped
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
   * An item, with precomputed keys.
   *
   * @param name its key in the catalogue
   * @param stock units loaded
   */
  record Item(Bytes name, Bytes itemKey, Bytes stockKey, Bytes description, long stock) {
    Item(Bytes name, Bytes description, long stock) {
      this(name, ITEM.concat(name), STOCK.concat(name), description, stock);
    }
  }

  Shop(List<Item> items) {
    this.items = List.copyOf(items);
  }

  /**
   * Creates a shop with the items of a catalogue and a random stock of 1..{@code maxStock} units
   * each.
   */
  static Shop of(List<Entry> catalogue, long maxStock, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Item> items = new ArrayList<>(catalogue.size());
    for (Entry entry : catalogue) {
      items.add(new Item(entry.key(), entry.value(), random.nextLong(1, maxStock + 1)));
    }
    return new Shop(items);
  }

  List<Item> items() {
    return items;
  }

  /** The number of units loaded, over all items. */
  long unitsLoaded() {
    return items.stream().mapToLong(Item::stock).sum();
  }

  /** The entries to load before the shop opens. */
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

  /** Parses a stock value; null if it is not a number. */
  static @Nullable Long stock(Bytes value) {
    try {
      return Long.valueOf(value.toUtf8());
    } catch (NumberFormatException | IllegalStateException e) {
      return null;
    }
  }
}
