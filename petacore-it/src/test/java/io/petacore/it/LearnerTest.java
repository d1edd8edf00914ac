package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageCounters;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.EtcdProgram;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.KvStore;
import io.petacore.testing.Answers;
import io.petacore.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner is among the endpoints; it rejects all requests of a storage. */
@WithEtcd(own = true)
class LearnerTest {

  @Test
  void aLearnerAmongTheEndpointsIsHarmless(EtcdCluster etcd, @TempDir Path data) {
    try (EtcdProgram learner = EtcdProgram.learner(etcd, data)) {
      try (KvStore alone = EtcdKvStore.connect(learner.endpoint())) {
        Await.until("the learner responds", () -> Answers.answer(alone.describe()) != null);
      }
      for (int i = 0; i < 8; i++) {
        long start = System.nanoTime();
        try (KvStore store = EtcdKvStore.connect(etcd.endpoints()[0], learner.endpoint());
            DistributedStorage storage =
                DistributedStorage.builder(store).namespace(etcd.freshNamespace()).open()) {
          Duration opened = Duration.ofNanos(System.nanoTime() - start);
          assertTrue(opened.toSeconds() < 10, "opened in " + opened);
          for (int j = 0; j < 50; j++) {
            storage.runTransaction(tx -> tx.write("key", "value"));
          }
          StorageCounters counters = storage.status().counters();
          assertEquals(
              0,
              counters.resolvedApplied()
                  + counters.resolvedNotApplied()
                  + counters.unknownOutcomes());
          assertEquals(1, counters.watchesOpened());
        }
      }
    }
  }
}
