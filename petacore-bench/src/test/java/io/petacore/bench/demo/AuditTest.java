package io.petacore.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.bench.demo.Finding.Verdict;
import io.petacore.bench.demo.Reservation.Answer;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An audit that finds nothing is worth nothing: here every kind of doctored account is shown to it.
 */
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

  /** Two desks sold, a reservation that failed, and all of it told rightly on both nodes. */
  @BeforeEach
  void honestAccounts() {
    ledger.add(new Reservation(ORDER_1, DESK, Answer.ACKNOWLEDGED));
    ledger.add(new Reservation(ORDER_2, DESK, Answer.ACKNOWLEDGED));
    ledger.add(new Reservation(FAILED_ORDER, LAMP, Answer.REFUSED));
    for (TreeMap<Bytes, Bytes> node : nodes) {
      shop.entries().forEach(entry -> node.put(entry.key(), entry.value()));
      node.put(stock(DESK), Shop.stockValue(3));
      node.put(ORDER_1, DESK);
      node.put(ORDER_2, DESK);
      node.put(Shop.CLOSING, Bytes.utf8("all left"));
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
                taken("node-1", 42, nodes.get(0)), taken("node-2", revisionOfSecond, nodes.get(1))),
            isolation)
        .findings();
  }

  private static Stocktaking taken(String name, long revision, SortedMap<Bytes, Bytes> content) {
    List<Entry> entries = new ArrayList<>();
    content.forEach((key, value) -> entries.add(new Entry(key, value)));
    return Stocktaking.of(name, revision, entries);
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
  private static final String CATALOGUE = "the catalogue is as it was loaded";
  private static final String ACKNOWLEDGED = "every acknowledged order is on every node";
  private static final String REFUSED = "no order reported as failed is there";
  private static final String UNKNOWN = "orders of unknown outcome: the same on every node";
  private static final String STRANGE = "nothing is there that nobody wrote";
  private static final String EQUAL = "all nodes are equal, entry by entry";

  @Test
  void honestAccountsPass() {
    assertFails();
  }

  @Test
  void anAcknowledgedOrderThatIsLostEverywhere() {
    nodes.forEach(node -> node.remove(ORDER_2));
    assertFails(BALANCE, ACKNOWLEDGED);
  }

  @Test
  void anAcknowledgedOrderThatIsLostTogetherWithItsStock() {
    nodes.forEach(node -> node.remove(ORDER_2));
    onBoth(stock(DESK), Shop.stockValue(4));
    assertFails(ACKNOWLEDGED);
  }

  @Test
  void anOrderThatIsLostOnOneNode() {
    nodes.get(1).remove(ORDER_1);
    assertFails(BALANCE, ACKNOWLEDGED, EQUAL);
  }

  @Test
  void anOrderForAnotherItem() {
    onBoth(ORDER_1, LAMP);
    assertFails(BALANCE, ACKNOWLEDGED);
  }

  @Test
  void moreLeftThanThereShouldBe() {
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
      ledger.add(new Reservation(order, LAMP, Answer.ACKNOWLEDGED));
      onBoth(order, LAMP);
    }
    onBoth(stock(LAMP), Shop.stockValue(-1));
    assertFails(NEGATIVE);
  }

  @Test
  void stockThatIsMissingOrNoNumber() {
    nodes.forEach(node -> node.remove(stock(LAMP)));
    assertFails(BALANCE);
    onBoth(stock(LAMP), Bytes.utf8("many"));
    assertFails(BALANCE, STRANGE);
  }

  @Test
  void anItemThatChanged() {
    onBoth(Shop.ITEM.concat(DESK), Bytes.utf8("Pine desk"));
    assertFails(CATALOGUE);
  }

  @Test
  void anItemThatVanishedOnOneNode() {
    nodes.get(1).remove(Shop.ITEM.concat(DESK));
    assertFails(CATALOGUE, EQUAL);
  }

  @Test
  void aRefusedOrderThatIsThere() {
    onBoth(FAILED_ORDER, LAMP);
    onBoth(stock(LAMP), Shop.stockValue(2));
    assertFails(REFUSED);
  }

  @Test
  void anUnknownOrderMayBeThereOrNot() {
    ledger.add(new Reservation(UNKNOWN_ORDER, LAMP, Answer.UNKNOWN));
    assertFails();
    onBoth(UNKNOWN_ORDER, LAMP);
    onBoth(stock(LAMP), Shop.stockValue(2));
    assertFails();
    assertEquals(
        "1 unknown, of which 1 went through", findings(IsolationLevel.SNAPSHOT).get(5).detail());
  }

  @Test
  void anUnknownOrderThatIsOnOneNodeOnly() {
    ledger.add(new Reservation(UNKNOWN_ORDER, LAMP, Answer.UNKNOWN));
    nodes.get(1).put(UNKNOWN_ORDER, LAMP);
    nodes.get(1).put(stock(LAMP), Shop.stockValue(2));
    assertFails(UNKNOWN, EQUAL);
  }

  @Test
  void anOrderThatNobodyPlaced() {
    onBoth(Shop.orderKey("node-9", 1, 0), LAMP);
    onBoth(stock(LAMP), Shop.stockValue(2));
    assertFails(STRANGE);
  }

  @Test
  void aKeyThatNobodyWrote() {
    onBoth(Bytes.utf8("graffiti"), Bytes.utf8("x"));
    assertFails(STRANGE);
  }

  @Test
  void nodesThatBalanceButDiffer() {
    nodes.get(1).remove(Shop.CLOSING);
    assertFails(EQUAL);
  }

  @Test
  void nodesAtDifferentRevisions() {
    revisionOfSecond = 43;
    assertFails(EQUAL);
  }

  @Test
  void lostUpdatesAreAllowedUnderReadCommittedAndCounted() {
    onBoth(stock(DESK), Shop.stockValue(4));
    Finding balance = findings(IsolationLevel.READ_COMMITTED).get(0);
    assertEquals(Verdict.ALLOWED, balance.verdict());
    assertEquals("1 update lost on 1 item, 0 units sold that were never there", balance.detail());
    assertEquals(Verdict.FAILED, findings(IsolationLevel.SNAPSHOT).get(0).verdict());
  }

  @Test
  void overselling() {
    for (int i = 0; i < 5; i++) {
      Bytes order = Shop.orderKey("node-1", 2, i);
      ledger.add(new Reservation(order, LAMP, Answer.ACKNOWLEDGED));
      onBoth(order, LAMP);
    }
    onBoth(stock(LAMP), Shop.stockValue(0));
    Finding balance = findings(IsolationLevel.READ_COMMITTED).get(0);
    assertEquals("2 updates lost on 1 item, 2 units sold that were never there", balance.detail());
  }

  @Test
  void readCommittedLosesNothingElse() {
    onBoth(stock(DESK), Shop.stockValue(2));
    assertEquals(Verdict.FAILED, findings(IsolationLevel.READ_COMMITTED).get(0).verdict());
    nodes.forEach(node -> node.remove(ORDER_1));
    assertEquals(Verdict.FAILED, findings(IsolationLevel.READ_COMMITTED).get(3).verdict());
  }

  @Test
  void failuresNameNodeAndKey() {
    nodes.get(1).remove(ORDER_1);
    String detail = findings(IsolationLevel.SNAPSHOT).get(3).detail();
    assertTrue(detail.contains("node-2") && detail.contains(ORDER_1.toUtf8()), detail);
  }
}
