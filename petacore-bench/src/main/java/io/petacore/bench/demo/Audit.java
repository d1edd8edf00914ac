package io.petacore.bench.demo;

import io.petacore.bench.demo.Finding.Verdict;
import io.petacore.bench.demo.Reservation.Answer;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.Bytes;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Holds what the nodes have against what was loaded and what the customers were told. It knows
 * nothing of storages, so doctored accounts can be shown to it.
 */
final class Audit {
  private final Shop shop;
  private final List<Reservation> ledger;
  private final List<Stocktaking> nodes;
  private final IsolationLevel isolation;

  Audit(Shop shop, List<Reservation> ledger, List<Stocktaking> nodes, IsolationLevel isolation) {
    this.shop = shop;
    this.ledger = ledger;
    this.nodes = nodes;
    this.isolation = isolation;
  }

  /** Every check, in the order in which they are to be read. */
  List<Finding> findings() {
    return List.of(
        accountsBalance(),
        nothingNegative(),
        catalogueUnharmed(),
        acknowledgedAreThere(),
        refusedAreNowhere(),
        unknownAreAccountedFor(),
        nothingElse(),
        nodesEqual());
  }

  /**
   * Sold and left together against loaded. A lost update leaves more than there should be, never
   * less: each order was written together with a stock one below some stock that was there.
   */
  private Finding accountsBalance() {
    Problems lost = new Problems();
    Problems wrong = new Problems();
    for (Stocktaking node : nodes) {
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
    Stocktaking first = nodes.get(0);
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
    for (Stocktaking node : nodes) {
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

  private Finding catalogueUnharmed() {
    Problems harmed = new Problems();
    for (Stocktaking node : nodes) {
      for (Shop.Item item : shop.items()) {
        Bytes description = node.descriptions().get(item.name());
        if (!item.description().equals(description)) {
          harmed.add(node, item.name() + " reads " + description);
        }
      }
    }
    return harmed.finding(
        "the catalogue is as it was loaded", Figures.of(shop.items().size(), "item", "items"));
  }

  private Finding acknowledgedAreThere() {
    Problems missing = new Problems();
    long acknowledged = 0;
    for (Reservation order : ledger) {
      if (order.answer() != Answer.ACKNOWLEDGED) {
        continue;
      }
      acknowledged++;
      for (Stocktaking node : nodes) {
        Bytes found = node.orders().get(order.orderKey());
        if (!order.item().equals(found)) {
          missing.add(node, order.orderKey() + " for " + order.item() + " reads " + found);
        }
      }
    }
    return missing.finding(
        "every acknowledged order is on every node", Figures.of(acknowledged, "order", "orders"));
  }

  private Finding refusedAreNowhere() {
    Problems present = new Problems();
    long refused = 0;
    for (Reservation order : ledger) {
      if (order.answer() != Answer.REFUSED) {
        continue;
      }
      refused++;
      for (Stocktaking node : nodes) {
        if (node.orders().containsKey(order.orderKey())) {
          present.add(node, order.orderKey() + " is there, though it was reported as failed");
        }
      }
    }
    return present.finding(
        "no order reported as failed is there", Figures.count(refused) + " failed");
  }

  /** Unknown means that either is right, as long as all nodes say the same. */
  private Finding unknownAreAccountedFor() {
    Problems divided = new Problems();
    long landed = 0;
    long unknown = 0;
    for (Reservation order : ledger) {
      if (order.answer() != Answer.UNKNOWN) {
        continue;
      }
      unknown++;
      boolean there = nodes.get(0).orders().containsKey(order.orderKey());
      landed += there ? 1 : 0;
      for (Stocktaking node : nodes) {
        Bytes found = node.orders().get(order.orderKey());
        if (there != (found != null) || (found != null && !found.equals(order.item()))) {
          divided.add(node, order.orderKey() + " for " + order.item() + " reads " + found);
        }
      }
    }
    return divided.finding(
        "orders of unknown outcome: the same on every node",
        unknown == 0
            ? "none unknown"
            : Figures.count(unknown)
                + " unknown, of which "
                + Figures.count(landed)
                + " went through");
  }

  private Finding nothingElse() {
    Map<Bytes, Reservation> placed = new TreeMap<>();
    ledger.forEach(order -> placed.put(order.orderKey(), order));
    Problems strange = new Problems();
    for (Stocktaking node : nodes) {
      node.strange().forEach(key -> strange.add(node, key + " was written by nobody here"));
      for (Bytes order : node.orders().keySet()) {
        if (!placed.containsKey(order)) {
          strange.add(node, order + " was ordered by nobody");
        }
      }
    }
    return strange.finding("nothing is there that nobody wrote", "");
  }

  private Finding nodesEqual() {
    Stocktaking first = nodes.get(0);
    List<String> different = new ArrayList<>();
    for (Stocktaking node : nodes) {
      if (node.revision() != first.revision()) {
        different.add(
            node.node() + " stands at revision " + node.revision() + ", not " + first.revision());
      } else if (!node.sameEntries(first)) {
        different.add(node.node() + " has " + Differences.between(node, first));
      }
    }
    String check = "all nodes are equal, entry by entry";
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
