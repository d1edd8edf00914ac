package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.DistributedStorage;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.EtcdProgram;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.Answers;
import io.petacore.testing.Await;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections through the gRPC proxy of etcd. */
@WithEtcd(own = true)
class GrpcProxyTest {

  private final EtcdProgram proxy;
  private final KvStore store;
  private final String namespace;

  GrpcProxyTest(EtcdCluster etcd) {
    proxy = EtcdProgram.grpcProxy(etcd);
    store = EtcdKvStore.connect(proxy.endpoint());
    namespace = etcd.freshNamespace();
  }

  @AfterEach
  void close() {
    store.close();
    proxy.close();
  }

  /** A lease lasts as long as it is renewed. */
  @Test
  void aLeaseIsRenewed() {
    Await.until("the proxy responds", () -> Answers.answer(store.describe()) != null);
    long lease = store.grantLease(Duration.ofSeconds(3)).join();
    long begin = System.nanoTime();
    AtomicInteger renewed = new AtomicInteger();
    Await.until(
        "ten seconds of renewals",
        () -> {
          store
              .renewLease(lease)
              .handle(
                  (nothing, failure) -> {
                    if (failure == null) {
                      return renewed.incrementAndGet();
                    }
                    StoreException known = StoreException.of(failure);
                    if (known.kind() == Kind.LEASE_NOT_FOUND) {
                      throw new AssertionError("the lease has ended", known);
                    }
                    return renewed.get();
                  })
              .join();
          return System.nanoTime() - begin > Duration.ofSeconds(10).toNanos();
        });
    assertEquals(true, renewed.get() >= 3, () -> renewed + " renewals");
    store.renewLease(lease).join();
  }

  @Test
  void aSessionIsRenewed() {
    try (DistributedStorage storage =
        DistributedStorage.builder(store)
            .namespace(namespace)
            .sessionTimeout(Duration.ofSeconds(3))
            .open()) {
      long begin = System.nanoTime();
      Await.until(
          "three times the session timeout",
          () -> {
            storage.runTransaction(tx -> tx.write("key", "value"));
            return System.nanoTime() - begin > Duration.ofSeconds(10).toNanos();
          });
      assertEquals(0, storage.status().counters().sessionsLost());
    }
  }
}
