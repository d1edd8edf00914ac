package io.petacore.examples.booking;

import io.petacore.DistributedStorage;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;
import java.time.Duration;
import java.util.stream.IntStream;

/** A process that sells seats, and prints which order got which. */
public final class BoxOfficeProcess {
  private BoxOfficeProcess() {}

  /**
   * Sells seats to the orders {@code NAME-1}, {@code NAME-2} and so on.
   *
   * @param args an endpoint of etcd, the namespace, NAME, and the number of orders
   */
  public static void main(String[] args) {
    String name = args[2];
    try (KvStore store = EtcdKvStore.connect(args[0]);
        DistributedStorage storage = DistributedStorage.builder(store).namespace(args[1]).open()) {
      BoxOffice office = new BoxOffice(storage);
      office.furnish(10, 10);
      IntStream.rangeClosed(1, Integer.parseInt(args[3]))
          .parallel()
          .mapToObj(number -> name + "-" + number)
          .forEach(
              order -> {
                Seat seat = office.sell(order, Duration.ofMinutes(1));
                // In one call, so that lines do not mix.
                System.out.println(
                    order + " " + (seat == null ? "none" : seat.row() + "/" + seat.number()));
              });
    }
  }
}
