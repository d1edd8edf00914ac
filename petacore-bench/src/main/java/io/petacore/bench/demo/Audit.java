package io.petacore.bench.demo;

import io.petacore.bench.demo.Finding.Verdict;
import io.petacore.bench.demo.Reservation.Outcome;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.Bytes;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Compares the contents of the nodes with what was loaded and with the outcomes of the
 * reservations. It does not use a storage, so that tests can pass manipulated contents.
 */
final class Audit {
  private final Shop shop;
  private final List<Reservation> ledger;
  private final List<Inventory> nodes;
  private final IsolationLevel isolation;

  Audit(Shop shop, List<Reservation> ledger, List<Inventory> nodes, IsolationLevel isolation) {
    this.shop = shop;
    this.ledger = ledger;
    this.nodes = nodes;
    this.isolation = isolation;
  }

  /** Runs all checks, in the order of the report. */
  List<Finding> findings() {
    return List.of(
        accountsBalance(),
        nothingNegative(),
        catalogueUnchanged(),
        acknowledgedExist(),
        failedAreAbsent(),
        nodesAgreeOnUnknown(),
        noOtherKeys(),
        nodesEqual());
  }

  /**
   * Checks that sold and left add up to loaded. A lost update leaves too much stock, never too
   * little: each order was written together with a stock value that was decremented.
   */
  private Finding accountsBalance() {
    Problems lost = new Problems();
    Problems wrong = new Problems();
    for (Inventory node : nodes) {
      for (Shop.Item item : shop.items()) {
        Long left = node.left().get(item.name());
        long sold = node.sold().getOrDefault(item.name(), 0L);
        if (left == null) {
          wrong.add(node, item.name() + " has no stock");
        } else if (sold + left != item.stock()) {
          boolean mayBeLost =
              isolation == IsolationLevel.READ_COMMITTED && sold + left > item.stock();
          (mayBeLost ? lost : wrong)
              .add(node, item.name() + ": " + account(sold, left, item.stock()));
        }
      }
    }
    String check = "sold + left = loaded, for every item on every node";
    if (!wrong.isEmpty()) {
      return wrong.finding(check, "");
    }
    if (!lost.isEmpty()) {
      return new Finding(check, Verdict.ALLOWED, LostUpdates.of(shop, nodes.get(0)).describe());
    }
    Inventory first = nodes.get(0);
    return new Finding(
        check,
        Verdict.OK,
        Figures.of(shop.items().size(), "item", "items")
            + ": "
            + account(first.unitsSold(), first.unitsLeft(), shop.unitsLoaded()));
  }

  private static String account(long sold, long left, long loaded) {
    return Figures.count(sold)
        + " sold + "
        + Figures.count(left)
        + " left "
        + (sold + left == loaded ? "= " : "but ")
        + Figures.count(loaded)
        + " loaded";
  }

  private Finding nothingNegative() {
    Problems negative = new Problems();
    for (Inventory node : nodes) {
      node.left()
          .forEach(
              (item, left) -> {
                if (left < 0) {
                  negative.add(node, item + ": " + left + " left");
                }
              });
    }
    return negative.finding("no stock is negative", "");
  }

  private Finding catalogueUnchanged() {
    Problems changed = new Problems();
    for (Inventory node : nodes) {
      for (Shop.Item item : shop.items()) {
        Bytes description = node.descriptions().get(item.name());
        if (!item.description().equals(description)) {
          changed.add(node, item.name() + " reads " + description);
        }
      }
    }
    return changed.finding(
        "the catalogue is unchanged", Figures.of(shop.items().size(), "item", "items"));
  }

  private Finding acknowledgedExist() {
    Problems missing = new Problems();
    long acknowledged = 0;
    for (Reservation order : ledger) {
      if (order.outcome() != Outcome.ACKNOWLEDGED) {
        continue;
      }
      acknowledged++;
      for (Inventory node : nodes) {
        Bytes found = node.orders().get(order.orderKey());
        if (!order.item().equals(found)) {
          missing.add(node, order.orderKey() + " for " + order.item() + " reads " + found);
        }
      }
    }
    return missing.finding(
        "every acknowledged order is on every node", Figures.of(acknowledged, "order", "orders"));
  }

  private Finding failedAreAbsent() {
    Problems present = new Problems();
    long failed = 0;
    for (Reservation order : ledger) {
      if (order.outcome() != Outcome.FAILED) {
        continue;
      }
      failed++;
      for (Inventory node : nodes) {
        if (node.orders().containsKey(order.orderKey())) {
          present.add(node, order.orderKey() + " exists, but its commit failed");
        }
      }
    }
    return present.finding("no failed order exists on any node", Figures.count(failed) + " failed");
  }

  /** Checks orders of unknown outcome: each may or may not exist, but all nodes must agree. */
  private Finding nodesAgreeOnUnknown() {
    Problems different = new Problems();
    long committed = 0;
    long unknown = 0;
    for (Reservation order : ledger) {
      if (order.outcome() != Outcome.UNKNOWN) {
        continue;
      }
      unknown++;
      boolean there = nodes.get(0).orders().containsKey(order.orderKey());
      committed += there ? 1 : 0;
      for (Inventory node : nodes) {
        Bytes found = node.orders().get(order.orderKey());
        if (there != (found != null) || (found != null && !found.equals(order.item()))) {
          different.add(node, order.orderKey() + " for " + order.item() + " reads " + found);
        }
      }
    }
    return different.finding(
        "all nodes agree on orders of unknown outcome",
        unknown == 0
            ? "none unknown"
            : Figures.count(unknown)
                + " unknown, "
                + Figures.count(committed)
                + " of them committed");
  }

  private Finding noOtherKeys() {
    Map<Bytes, Reservation> placed = new TreeMap<>();
    ledger.forEach(order -> placed.put(order.orderKey(), order));
    Problems unexpected = new Problems();
    for (Inventory node : nodes) {
      node.unexpected().forEach(key -> unexpected.add(node, key + " was not written by the demo"));
      for (Bytes order : node.orders().keySet()) {
        if (!placed.containsKey(order)) {
          unexpected.add(node, order + " was not ordered");
        }
      }
    }
    return unexpected.finding("no other keys exist", "");
  }

  private Finding nodesEqual() {
    Inventory first = nodes.get(0);
    List<String> different = new ArrayList<>();
    for (Inventory node : nodes) {
      if (node.revision() != first.revision()) {
        different.add(
            node.node() + " is at revision " + node.revision() + ", not " + first.revision());
      } else if (!node.sameEntries(first)) {
        different.add(node.node() + " has " + Differences.between(node, first));
      }
    }
    String check = "all nodes have the same entries";
    return different.isEmpty()
        ? new Finding(
            check,
            Verdict.OK,
            Figures.of(nodes.size(), "node", "nodes")
                + " with "
                + Figures.of(first.entries(), "entry", "entries")
                + " at revision "
                + Objects.toString(first.revision()))
        : new Finding(check, Verdict.FAILED, String.join("; ", different));
  }
}
