package io.petacore.examples.booking;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import io.petacore.keyspace.Codec;
import io.petacore.keyspace.KeyCodec;
import io.petacore.keyspace.Keyspace;
import io.petacore.transaction.ReadView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Sells the seats of a hall. Any number of processes may sell at once: a seat is sold to one order,
 * and an order gets one seat, however often it is repeated. Safe for use by many threads.
 */
public final class BoxOffice {

  private static final KeyCodec<Seat> SEAT_KEYS =
      KeyCodec.tuple(KeyCodec.int32().of(Seat::row), KeyCodec.int32().of(Seat::number), Seat::new);

  /** The order that a seat is sold to; empty for a free seat. */
  static final Keyspace<Seat, String> SEATS = Keyspace.of("seat/", SEAT_KEYS, Codec.utf8());

  /** The seat that an order has got. */
  static final Keyspace<String, Seat> ORDERS =
      Keyspace.of("order/", KeyCodec.utf8(), Codec.utf8().map(BoxOffice::parse, BoxOffice::text));

  private final DistributedStorage storage;

  /**
   * Creates a box office.
   *
   * @param storage not closed by this class
   */
  public BoxOffice(DistributedStorage storage) {
    this.storage = storage;
  }

  private static Seat parse(String text) {
    int slash = text.indexOf('/');
    return new Seat(
        Integer.parseInt(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  private static String text(Seat seat) {
    return seat.row() + "/" + seat.number();
  }

  /**
   * Adds the seats that do not exist yet.
   *
   * @param rows the number of rows
   * @param seats the number of seats in each
   */
  public void furnish(int rows, int seats) {
    storage.runTransaction(
        tx -> {
          for (int row = 1; row <= rows; row++) {
            for (int number = 1; number <= seats; number++) {
              tx.writeIfAbsent(SEATS.key(new Seat(row, number)), Bytes.EMPTY);
            }
          }
        });
  }

  /**
   * Sells any free seat to an order, and repeats the attempt until its outcome is known. To be
   * called again with the same order if the process died meanwhile.
   *
   * @param order identifies the order
   * @param patience how long to repeat it while etcd is not reached
   * @return the seat; null if all are sold
   * @throws PetaCoreException if etcd was not reached for too long: the order may have got a seat
   */
  public @Nullable Seat sell(String order, Duration patience) {
    long begun = System.nanoTime();
    while (true) {
      try {
        return trySelling(order);
      } catch (PetaCoreException e) {
        // An unknown outcome, too: the next attempt finds what this one has done.
        boolean again = e.isRetryable() || e.mayHaveBeenApplied();
        if (!again || System.nanoTime() - begun > patience.toNanos()) {
          throw e;
        }
      }
    }
  }

  private @Nullable Seat trySelling(String order) {
    return storage.callTransaction(
        tx -> {
          Seat known = ORDERS.read(tx, order);
          if (known != null) {
            return known; // an earlier attempt was committed
          }
          List<Seat> free = free(tx);
          if (free.isEmpty()) {
            return null;
          }
          // Not the first one, which all other clerks would try, too.
          Seat seat = free.get(ThreadLocalRandom.current().nextInt(free.size()));
          SEATS.write(tx, seat, order);
          ORDERS.write(tx, order, seat);
          return seat;
        });
  }

  /**
   * Returns the free seats.
   *
   * @param view a storage, a snapshot or a transaction
   * @return the seats, in order
   */
  public static List<Seat> free(ReadView view) {
    List<Seat> free = new ArrayList<>();
    SEATS
        .scan(view)
        .forEach(
            seat -> {
              if (seat.value().isEmpty()) {
                free.add(seat.key());
              }
            });
    return free;
  }

  /**
   * Returns the seat of an order.
   *
   * @param view a storage, a snapshot or a transaction
   * @param order identifies the order
   * @return the seat; null if it has none
   */
  public static @Nullable Seat seatOf(ReadView view, String order) {
    return ORDERS.read(view, order);
  }
}
