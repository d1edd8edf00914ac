package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.DistributedStorage;
import io.petacore.testkit.PetaCoreTest;
import io.petacore.testkit.TestCluster;
import org.junit.jupiter.api.Test;

@PetaCoreTest(nodes = 2)
class OrdersTest {
  @Test
  void anOrderSentTwiceIsTakenOnce(
      DistributedStorage first, DistributedStorage second, TestCluster cluster) {
    cluster.conflictNext("stock");
    assertEquals(99, new Orders(first).take("7"));
    cluster.awaitQuiet();
    assertEquals(99, new Orders(second).take("7"));
  }
}
