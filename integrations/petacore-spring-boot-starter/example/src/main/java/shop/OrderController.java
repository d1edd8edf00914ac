package shop;

import io.petacore.DistributedStorage;
import io.petacore.error.PetaCoreException;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class OrderController {
  private final Orders orders;
  private final DistributedStorage storage;

  public OrderController(Orders orders, DistributedStorage storage) {
    this.orders = orders;
    this.storage = storage;
  }

  @PutMapping("/orders/{order}")
  public String take(@PathVariable("order") String order) {
    return orders.take(order) + " left";
  }

  /** Reads from memory, in an outage of etcd, too. */
  @GetMapping("/stock")
  public String stock() {
    return String.valueOf(storage.read("stock"));
  }

  @ExceptionHandler
  ResponseEntity<String> failed(PetaCoreException failure) {
    return ResponseEntity.status(503).body(failure.getMessage());
  }
}
