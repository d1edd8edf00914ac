package io.petacore.it;

import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.store.KvStore;
import io.petacore.testing.Nodes;
import java.time.Duration;

/** A cluster as the backend of nodes; each node has its own client. */
record EtcdBackend(EtcdCluster etcd) implements Nodes.Backend {

  @Override
  public KvStore connect() {
    return EtcdKvStore.connect(etcd.endpoints());
  }

  /** Connects through a proxy, with a short request timeout. */
  static KvStore connectThrough(TcpProxy proxy) {
    return EtcdKvStore.builder()
        .endpoints("http://127.0.0.1:" + proxy.address().getPort())
        .requestTimeout(Duration.ofSeconds(1))
        .connect();
  }

  @Override
  public String freshNamespace() {
    return etcd.freshNamespace();
  }

  @Override
  public void compact(long revision) {
    etcd.client().compact(revision);
  }
}
