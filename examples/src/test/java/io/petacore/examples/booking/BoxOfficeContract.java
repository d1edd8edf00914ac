package io.petacore.examples.booking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.error.PetaCoreException;
import io.petacore.testkit.NodeSettings;
import io.petacore.testkit.TestCluster;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the box office promises, on any store. */
abstract class BoxOfficeContract {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** An unknown outcome is one after a second. */
  static final class Settings implements NodeSettings {
    @Override
    public void configure(int node, StorageBuilder builder) {
      builder.commitTimeout(Duration.ofSeconds(1));
    }
  }

  /** Checks that seats and orders agree, in a storage that has applied everything. */
  static Set<Seat> soldSeats(DistributedStorage storage) {
    Set<Seat> sold = new HashSet<>();
    BoxOffice.ORDERS
        .scan(storage)
        .forEach(
            order -> {
              Seat seat = order.value();
              assertEquals(order.key(), BoxOffice.SEATS.read(storage, seat), seat + " has another");
              sold.add(seat);
            });
    assertEquals(sold.size(), BoxOffice.ORDERS.count(storage), "a seat of two orders");
    assertEquals(BoxOffice.SEATS.count(storage) - sold.size(), BoxOffice.free(storage).size());
    return sold;
  }

  @Test
  void threeNodesSellEverySeatOnce(TestCluster cluster) {
    cluster.nodes().forEach(node -> new BoxOffice(node).furnish(4, 5));
    ConcurrentMap<String, Seat> got = new ConcurrentHashMap<>();
    ExecutorService clerks = Executors.newFixedThreadPool(6);
    try {
      Stream<CompletableFuture<Void>> sales =
          IntStream.range(0, 30)
              .mapToObj(
                  number ->
                      CompletableFuture.runAsync(
                          () -> {
                            BoxOffice office = new BoxOffice(cluster.node(number % 3));
                            Seat seat = office.sell("order-" + number, PATIENCE);
                            if (seat != null) {
                              got.put("order-" + number, seat);
                            }
                          },
                          clerks));
      CompletableFuture.allOf(sales.toArray(CompletableFuture[]::new)).join();
    } finally {
      clerks.shutdown();
    }
    cluster.awaitQuiet();
    assertEquals(20, got.size(), "all are sold, and ten orders got none");
    assertEquals(Set.copyOf(got.values()), soldSeats(cluster.node(0)));
    assertNull(new BoxOffice(cluster.node(1)).sell("late", PATIENCE));
  }

  @Test
  void anOrderIsRepeatedWithoutAnotherSeat(DistributedStorage shop, DistributedStorage office) {
    BoxOffice first = new BoxOffice(shop);
    first.furnish(1, 3);
    Seat seat = first.sell("7", PATIENCE);
    assertEquals(seat, first.sell("7", PATIENCE));
    // On another node, which may not have applied it yet.
    assertEquals(seat, new BoxOffice(office).sell("7", PATIENCE));
    assertEquals(List.of(2L, 1L), List.of((long) BoxOffice.free(shop).size(), orders(shop)));
    first.furnish(1, 3);
    assertEquals(2, BoxOffice.free(shop).size(), "seats that exist stay sold");
  }

  private static long orders(DistributedStorage storage) {
    return BoxOffice.ORDERS.count(storage);
  }

  @Test
  void aLostAnswerCostsNoSeat(DistributedStorage shop, TestCluster cluster) {
    BoxOffice office = new BoxOffice(shop);
    office.furnish(1, 3);
    cluster.loseNextAnswer();
    assertNotNull(office.sell("7", PATIENCE));
    cluster.awaitQuiet();
    assertEquals(1, soldSeats(shop).size());
  }

  @Test
  void anOrderOfUnknownOutcomeIsRepeatedAfterAnOutage(
      DistributedStorage shop, TestCluster cluster) {
    BoxOffice office = new BoxOffice(shop);
    office.furnish(1, 3);
    cluster.cutDuringNextCommit(shop);
    assertThrows(PetaCoreException.class, () -> office.sell("7", Duration.ZERO));
    cluster.heal();
    cluster.awaitQuiet();
    Seat seat = office.sell("7", PATIENCE);
    assertNotNull(seat);
    assertEquals(Set.of(seat), soldSeats(shop));
  }
}
