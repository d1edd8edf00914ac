package io.petacore.store.embedded;

import io.petacore.store.KvStore;
import io.petacore.store.KvStoreContractTest;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

class EmbeddedKvStoreTest extends KvStoreContractTest {

  /** Close to the maximum, so that an overflowing comparison fails. */
  private final AtomicLong ticker = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);

  private @Nullable EmbeddedKvStore store;

  @Override
  protected KvStore open() {
    store = EmbeddedKvStore.builder().leaseTicker(ticker::get).build();
    return store;
  }

  @Override
  protected void compact(long revision) {
    Objects.requireNonNull(store).compact(revision);
  }

  @Override
  protected void passTime(Duration time) {
    ticker.addAndGet(time.toNanos());
    Objects.requireNonNull(store).expireLeases();
  }
}
