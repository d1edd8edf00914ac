package io.petacore.subscription;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.KeyRange;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Crew;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.ITestResult;
import org.testng.TestListenerAdapter;
import org.testng.TestNG;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;

/** {@link DistributedStorage#changes} passes the TCK of Reactive Streams, which needs TestNG. */
class FlowPublisherTckTest {

  /** The TCK for a publisher of a storage that is written all the time. */
  public static class Verification extends FlowPublisherVerification<ChangeBatch> {
    private final EmbeddedKvStore store = EmbeddedKvStore.inMemory();
    private final DistributedStorage storage = DistributedStorage.open(store);
    private final DistributedStorage closed = DistributedStorage.open(store);
    private final Crew crew = new Crew();

    /** Waits for calls longer than the TCK does by default. */
    public Verification() {
      super(new TestEnvironment(5_000, 300));
    }

    /** Begins to write. */
    @BeforeClass
    public void write() {
      closed.close();
      crew.repeat(() -> storage.runTransaction(tx -> tx.write("k", "v" + System.nanoTime())));
    }

    /** Ends writing. */
    @AfterClass
    public void close() {
      crew.close();
      storage.close();
      store.close();
    }

    @Override
    public Flow.Publisher<ChangeBatch> createFlowPublisher(long elements) {
      return storage.changes(KeyRange.all(), SubscribeOptions.defaults());
    }

    @Override
    public Flow.Publisher<ChangeBatch> createFailedFlowPublisher() {
      return closed.changes(KeyRange.all(), SubscribeOptions.defaults());
    }

    @Override
    public long maxElementsFromPublisher() {
      return publisherUnableToSignalOnComplete();
    }
  }

  @Test
  @Timeout(600)
  void passesTheTck() {
    TestListenerAdapter results = new TestListenerAdapter();
    TestNG tck = new TestNG(false);
    tck.setTestClasses(new Class<?>[] {Verification.class});
    tck.addListener(results);
    tck.setVerbose(0);
    tck.run();
    List<String> failed =
        results.getFailedTests().stream().map(FlowPublisherTckTest::describe).toList();
    assertEquals(List.of(), failed);
    assertTrue(results.getPassedTests().size() >= 15, () -> "passed: " + results.getPassedTests());
  }

  private static String describe(ITestResult result) {
    return result.getName() + ": " + result.getThrowable();
  }
}
