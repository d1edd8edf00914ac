package io.petacore.internal.writebehind;

import io.petacore.DistributedStorage;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** A storage whose commits a test can hold. */
abstract class WriteBehindFixture {

  /** Sent never by the interval. */
  static final WriteBehindOptions MANUAL =
      WriteBehindOptions.defaults().flushInterval(Duration.ofDays(1));

  final KvStore inner = EmbeddedKvStore.inMemory();
  final SteeredStore store = new SteeredStore(inner);
  final DistributedStorage storage = DistributedStorage.open(store);

  @AfterEach
  void close() {
    store.releaseCommits();
    storage.close();
    store.close();
  }
}
