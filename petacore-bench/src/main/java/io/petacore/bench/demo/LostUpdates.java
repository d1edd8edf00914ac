package io.petacore.bench.demo;

import io.petacore.bench.support.console.Figures;

/**
 * What the shop lost to Read Committed: two customers read the same stock, both wrote it less one,
 * and one of the two writes is gone, while both orders stand.
 *
 * @param updates stock that should have gone down and did not
 * @param items how many items are concerned
 * @param oversold units sold that were never there
 */
record LostUpdates(long updates, long items, long oversold) {

  /** Counts them on a node. */
  static LostUpdates of(Shop shop, Stocktaking node) {
    long updates = 0;
    long items = 0;
    long oversold = 0;
    for (Shop.Item item : shop.items()) {
      long sold = node.sold().getOrDefault(item.name(), 0L);
      long surplus = sold + node.left().getOrDefault(item.name(), 0L) - item.stock();
      updates += Math.max(0, surplus);
      items += surplus > 0 ? 1 : 0;
      oversold += Math.max(0, sold - item.stock());
    }
    return new LostUpdates(updates, items, oversold);
  }

  String describe() {
    return Figures.of(updates, "update", "updates")
        + " lost on "
        + Figures.of(items, "item", "items")
        + ", "
        + Figures.of(oversold, "unit", "units")
        + " sold that were never there";
  }
}
