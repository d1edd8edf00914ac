package io.petacore.store;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The contract of {@link KvStore}, for every store to extend. The store may be shared: tests use
 * random keys, assume only that revisions rise, and await conditions instead of times.
 */
public abstract class KvStoreContractTest
    implements RangeContract,
        BatchContract,
        LimitsContract,
        WatchContract,
        CompactionContract,
        LeaseContract,
        CloseContract {

  private Set<Thread> threadsBefore = Set.of();
  private StoreUnderTest under;

  /** Opens a store, or a new client of one; the test closes it. */
  protected abstract KvStore open() throws Exception;

  /** Compacts the most recently opened store up to a revision. */
  protected abstract void compact(long revision) throws Exception;

  /**
   * Advances the time of the leases of the most recently opened store. To be overridden if time
   * does not advance by itself.
   */
  protected void passTime(Duration time) {}

  /**
   * Whether a thread that was started since the store was opened does not belong to the store but
   * to the JVM or to a library.
   */
  protected boolean isForeign(Thread thread) {
    return thread.getName().equals("contract-worker")
        || thread.getName().startsWith("ForkJoinPool.commonPool")
        || thread.getName().equals("process reaper")
        || thread.getName().startsWith("junit");
  }

  @BeforeEach
  final void openStore() throws Exception {
    threadsBefore = Thread.getAllStackTraces().keySet();
    under =
        new StoreUnderTest(
            open(),
            new StoreUnderTest.Hooks() {
              @Override
              public void compact(long revision) throws Exception {
                KvStoreContractTest.this.compact(revision);
              }

              @Override
              public void passTime(Duration time) {
                KvStoreContractTest.this.passTime(time);
              }
            });
  }

  @AfterEach
  final void closeStore() {
    under.store().close();
  }

  @Override
  public final StoreUnderTest under() {
    return under;
  }

  @Override
  public final Set<Thread> storeThreads() {
    Set<Thread> started = new HashSet<>(Thread.getAllStackTraces().keySet());
    started.removeAll(threadsBefore);
    started.removeIf(this::isForeign);
    return started;
  }
}
