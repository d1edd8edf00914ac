package shop;

import io.petacore.transaction.TransactionContext;
import org.springframework.stereotype.Component;

/** Takes orders. It needs to run transactions only, so tests give it any node. */
@Component
public class Orders {
  private final TransactionContext storage;

  public Orders(TransactionContext storage) {
    this.storage = storage;
  }

  /** Takes an order once, however often it is sent; returns what is left. */
  public int take(String order) {
    return storage.callTransaction(
        tx -> {
          String stock = tx.read("stock");
          int left = stock == null ? 100 : Integer.parseInt(stock);
          if (tx.exists("order/" + order)) {
            return left; // taken before
          }
          tx.write("stock", String.valueOf(left - 1)).write("order/" + order, "taken");
          return left - 1;
        });
  }
}
