package io.petacore.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.bench.demo.Finding.Verdict;
import io.petacore.bench.demo.Reservation.Outcome;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The audit must detect every kind of manipulated account. */
class AuditTest {
  private static final Bytes DESK = Bytes.utf8("desk");
  private static final Bytes LAMP = Bytes.utf8("lamp");
  private static final Bytes ORDER_1 = Shop.orderKey("node-1", 1, 0);
  private static final Bytes ORDER_2 = Shop.orderKey("node-2", 1, 0);
  private static final Bytes FAILED_ORDER = Shop.orderKey("node-2", 1, 1);
  private static final Bytes UNKNOWN_ORDER = Shop.orderKey("node-2", 1, 2);

  private final Shop shop =
      new Shop(
          List.of(
              new Shop.Item(DESK, Bytes.utf8("Oak desk"), 5),
              new Shop.Item(LAMP, Bytes.utf8("Steel lamp"), 3)));
  private final List<Reservation> ledger = new ArrayList<>();
  private final List<TreeMap<Bytes, Bytes>> nodes = List.of(new TreeMap<>(), new TreeMap<>());
  private long revisionOfSecond = 42;

  /** Two desks sold and one failed reservation, consistent on both nodes. */
  @BeforeEach
  void consistentAccounts() {
    ledger.add(new Reservation(ORDER_1, DESK, Outcome.ACKNOWLEDGED));
    ledger.add(new Reservation(ORDER_2, DESK, Outcome.ACKNOWLEDGED));
    ledger.add(new Reservation(FAILED_ORDER, LAMP, Outcome.FAILED));
    for (TreeMap<Bytes, Bytes> node : nodes) {
      shop.entries().forEach(entry -> node.put(entry.key(), entry.value()));
      node.put(stock(DESK), Shop.stockValue(3));
      node.put(ORDER_1, DESK);
      node.put(ORDER_2, DESK);
      node.put(Shop.CLOSING, Bytes.utf8("closed"));
    }
  }

  private static Bytes stock(Bytes item) {
    return Shop.STOCK.concat(item);
  }

  private void onBoth(Bytes key, Bytes value) {
    nodes.forEach(node -> node.put(key, value));
  }

  private List<Finding> findings(IsolationLevel isolation) {
    return new Audit(
            shop,
            ledger,
            List.of(
                inventory("node-1", 42, nodes.get(0)),
                inventory("node-2", revisionOfSecond, nodes.get(1))),
            isolation)
        .findings();
  }

  private static Inventory inventory(String name, long revision, SortedMap<Bytes, Bytes> content) {
    List<Entry> entries = new ArrayList<>();
    content.forEach((key, value) -> entries.add(new Entry(key, value)));
    return Inventory.of(name, revision, entries);
  }

  private void assertFails(String... checks) {
    List<String> failed =
        findings(IsolationLevel.SNAPSHOT).stream()
            .filter(finding -> finding.verdict() != Verdict.OK)
            .map(Finding::check)
            .toList();
    assertEquals(List.of(checks), failed);
  }

  private static final String BALANCE = "sold + left = loaded, for every item on every node";
  private static final String NEGATIVE = "no stock is negative";
  private static final String CATALOGUE = "the catalogue is unchanged";
  private static final String ACKNOWLEDGED = "every acknowledged order is on every node";
  private static final String FAILED = "no failed order exists on any node";
  private static final String UNKNOWN = "all nodes agree on orders of unknown outcome";
  private static final String STRANGE = "no other keys exist";
  private static final String EQUAL = "all nodes have the same entries";

  @Test
  void consistentAccountsPass() {
    assertFails();
  }

  @Test
  void anAcknowledgedOrderMissingOnAllNodes() {
    nodes.forEach(node -> node.remove(ORDER_2));
    assertFails(BALANCE, ACKNOWLEDGED);
  }

  @Test
  void anAcknowledgedOrderMissingWithItsStock() {
    nodes.forEach(node -> node.remove(ORDER_2));
    onBoth(stock(DESK), Shop.stockValue(4));
    assertFails(ACKNOWLEDGED);
  }

  @Test
  void anAcknowledgedOrderMissingOnOneNode() {
    nodes.get(1).remove(ORDER_1);
    assertFails(BALANCE, ACKNOWLEDGED, EQUAL);
  }

  @Test
  void anOrderOfAnotherItem() {
    onBoth(ORDER_1, LAMP);
    assertFails(BALANCE, ACKNOWLEDGED);
  }

  @Test
  void tooMuchStockLeft() {
    onBoth(stock(LAMP), Shop.stockValue(4));
    assertFails(BALANCE);
  }

  @Test
  void differencesThatCancelOutBetweenItems() {
    onBoth(stock(LAMP), Shop.stockValue(4));
    onBoth(stock(DESK), Shop.stockValue(2));
    assertFails(BALANCE);
  }

  @Test
  void negativeStock() {
    onBoth(stock(LAMP), Shop.stockValue(-1));
    assertFails(BALANCE, NEGATIVE);
  }

  @Test
  void negativeStockInBalancedAccounts() {
    for (int i = 0; i < 4; i++) {
      Bytes order = Shop.orderKey("node-1", 2, i);
      ledger.add(new Reservation(order, LAMP, Outcome.ACKNOWLEDGED));
      onBoth(order, LAMP);
    }
    onBoth(stock(LAMP), Shop.stockValue(-1));
    assertFails(NEGATIVE);
  }

  @Test
  void missingOrMalformedStock() {
    nodes.forEach(node -> node.remove(stock(LAMP)));
    assertFails(BALANCE);
    onBoth(stock(LAMP), Bytes.utf8("many"));
    assertFails(BALANCE, STRANGE);
  }

  @Test
  void aChangedItem() {
    onBoth(Shop.ITEM.concat(DESK), Bytes.utf8("Pine desk"));
    assertFails(CATALOGUE);
  }

  @Test
  void anItemMissingOnOneNode() {
    nodes.get(1).remove(Shop.ITEM.concat(DESK));
    assertFails(CATALOGUE, EQUAL);
  }

  @Test
  void aFailedOrderThatExists() {
    onBoth(FAILED_ORDER, LAMP);
    onBoth(stock(LAMP), Shop.stockValue(2));
    assertFails(FAILED);
  }

  @Test
  void anOrderOfUnknownOutcomeMayExistOrNot() {
    ledger.add(new Reservation(UNKNOWN_ORDER, LAMP, Outcome.UNKNOWN));
    assertFails();
    onBoth(UNKNOWN_ORDER, LAMP);
    onBoth(stock(LAMP), Shop.stockValue(2));
    assertFails();
    assertEquals(
        "1 unknown, 1 of them committed", findings(IsolationLevel.SNAPSHOT).get(5).detail());
  }

  @Test
  void anOrderOfUnknownOutcomeOnOneNodeOnly() {
    ledger.add(new Reservation(UNKNOWN_ORDER, LAMP, Outcome.UNKNOWN));
    nodes.get(1).put(UNKNOWN_ORDER, LAMP);
    nodes.get(1).put(stock(LAMP), Shop.stockValue(2));
    assertFails(UNKNOWN, EQUAL);
  }

  @Test
  void anOrderThatWasNotPlaced() {
    onBoth(Shop.orderKey("node-9", 1, 0), LAMP);
    onBoth(stock(LAMP), Shop.stockValue(2));
    assertFails(STRANGE);
  }

  @Test
  void anUnexpectedKey() {
    onBoth(Bytes.utf8("graffiti"), Bytes.utf8("x"));
    assertFails(STRANGE);
  }

  @Test
  void balancedNodesThatDiffer() {
    nodes.get(1).remove(Shop.CLOSING);
    assertFails(EQUAL);
  }

  @Test
  void nodesAtDifferentRevisions() {
    revisionOfSecond = 43;
    assertFails(EQUAL);
  }

  @Test
  void lostUpdatesAreAllowedAndCountedUnderReadCommitted() {
    onBoth(stock(DESK), Shop.stockValue(4));
    Finding balance = findings(IsolationLevel.READ_COMMITTED).get(0);
    assertEquals(Verdict.ALLOWED, balance.verdict());
    assertEquals("1 update lost on 1 item, 0 units oversold", balance.detail());
    assertEquals(Verdict.FAILED, findings(IsolationLevel.SNAPSHOT).get(0).verdict());
  }

  @Test
  void oversoldUnitsAreCounted() {
    for (int i = 0; i < 5; i++) {
      Bytes order = Shop.orderKey("node-1", 2, i);
      ledger.add(new Reservation(order, LAMP, Outcome.ACKNOWLEDGED));
      onBoth(order, LAMP);
    }
    onBoth(stock(LAMP), Shop.stockValue(0));
    Finding balance = findings(IsolationLevel.READ_COMMITTED).get(0);
    assertEquals("2 updates lost on 1 item, 2 units oversold", balance.detail());
  }

  @Test
  void readCommittedAllowsOnlyLostUpdates() {
    onBoth(stock(DESK), Shop.stockValue(2));
    assertEquals(Verdict.FAILED, findings(IsolationLevel.READ_COMMITTED).get(0).verdict());
    nodes.forEach(node -> node.remove(ORDER_1));
    assertEquals(Verdict.FAILED, findings(IsolationLevel.READ_COMMITTED).get(3).verdict());
  }

  @Test
  void aViolationNamesNodeAndKey() {
    nodes.get(1).remove(ORDER_1);
    String detail = findings(IsolationLevel.SNAPSHOT).get(3).detail();
    assertTrue(detail.contains("node-2") && detail.contains(ORDER_1.toUtf8()), detail);
  }
}
