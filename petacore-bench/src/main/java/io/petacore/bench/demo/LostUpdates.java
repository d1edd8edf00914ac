package io.petacore.bench.demo;

import io.petacore.bench.support.console.Figures;

/**
 * Lost updates under Read Committed: two customers read the same stock and both decrement it, so
 * one of the two writes is lost, while both orders exist.
 *
 * @param updates number of lost decrements
 * @param items number of affected items
 * @param oversold number of units sold beyond the stock
 */
record LostUpdates(long updates, long items, long oversold) {

  /** Counts the lost updates on a node. */
  static LostUpdates of(Shop shop, Inventory node) {
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
        + " oversold";
  }
}
