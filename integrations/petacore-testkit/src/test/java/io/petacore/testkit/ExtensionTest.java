package io.petacore.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** The parameters, and the life of a cluster. */
@PetaCoreTest
class ExtensionTest {
  private static @Nullable DistributedStorage former;

  private @Nullable DistributedStorage prepared;

  @BeforeEach
  void prepare(DistributedStorage storage) {
    prepared = storage;
    if (former != null) {
      assertEquals(StorageStatus.State.CLOSED, former.status().state(), "the last test's");
    }
    storage.runTransaction(tx -> tx.write("a", "1"));
  }

  @AfterEach
  void remember(DistributedStorage storage) {
    assertTrue(storage.isSynced(), "closed after this method only");
    former = storage;
  }

  @Test
  void methodsOfATestShareItsCluster(
      DistributedStorage storage, TestCluster cluster, TestClock clock) {
    assertSame(prepared, storage);
    assertSame(storage, cluster.node(0));
    assertSame(clock, cluster.clock());
    assertEquals("1", storage.read("a"));
    storage.runTransaction(tx -> tx.write("b", "1"));
  }

  @Test
  void testsDoNotShareOne(DistributedStorage storage) {
    assertNull(storage.read("b"));
    storage.runTransaction(tx -> tx.write("b", "1"));
  }

  @Test
  @PetaCoreTest(nodes = 2)
  void theAnnotationOfAMethodTakesPrecedence(DistributedStorage first, DistributedStorage second) {
    assertNotNull(second);
  }

  @Nested
  class InANestedClass {
    @Test
    void theEnclosingClassCounts(TestCluster cluster) {
      assertEquals(1, cluster.nodes().size());
    }
  }

  @PetaCoreTest(nodes = 2)
  static class TooManyParameters {
    @Test
    void test(DistributedStorage first, DistributedStorage second, DistributedStorage third) {}
  }

  @PetaCoreTest
  static class InAConstructor {
    InAConstructor(DistributedStorage storage) {
      assertNotNull(storage);
    }

    @Test
    void test() {}
  }

  @Test
  void mistakesAreExplained() {
    assertTrue(failure(TooManyParameters.class).contains("@PetaCoreTest(nodes = 3)"));
    assertTrue(failure(InAConstructor.class).contains("each test has a cluster of its own"));
  }

  private static String failure(Class<?> type) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(type)).build();
    LauncherFactory.create().execute(request, listener);
    return listener.getSummary().getFailures().stream()
        .map(failure -> String.valueOf(failure.getException().getMessage()))
        .collect(Collectors.joining());
  }
}
