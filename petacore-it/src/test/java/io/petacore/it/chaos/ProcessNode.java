package io.petacore.it.chaos;

import io.petacore.it.CommitHistory;
import io.petacore.it.CountingChild;
import io.petacore.it.CountingProcess;
import io.petacore.it.Ledger;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.it.fault.Fault;
import io.petacore.it.proxy.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own, which can be stopped and killed: it increments a counter, and
 * writes. The counter ends at the number of increments that are in etcd's history.
 */
final class ProcessNode implements AutoCloseable {

  static final String NAME = "process";

  /** How long etcd keeps its session: the least that etcd grants. */
  static final Duration LEASE = Duration.ofSeconds(2);

  private static final Duration REST = Duration.ofMillis(100);

  private final String namespace;
  private final List<TcpProxy> links = new ArrayList<>();
  private @Nullable CountingChild child;
  private volatile Ledger ledger = new Ledger();
  private int lives;
  private long counted;

  ProcessNode(EtcdCluster etcd, String namespace) {
    this.namespace = namespace;
    for (Member member : etcd.members()) {
      links.add(TcpProxy.to(member.address()));
    }
  }

  /** Begins a life, of which it enters in a ledger what it was told. */
  void start(Ledger entries) {
    ledger = entries;
    start();
  }

  private void start() {
    try {
      child =
          CountingChild.start(
              Node.endpoints(links), namespace, "life" + ++lives + "-", REST, () -> ledger);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops it for a while, connections open. */
  Fault.Course stop(Duration time) {
    return lasting -> {
      CountingChild stopped = Objects.requireNonNull(child);
      stopped.pause();
      try {
        lasting.last(time);
      } finally {
        stopped.resume();
      }
    };
  }

  /** Kills it, and starts another after a while. */
  Fault.Course restart(Duration time) {
    return lasting -> {
      Objects.requireNonNull(child).close();
      lasting.last(time);
      start();
    };
  }

  /** Has it end by itself. */
  void end() throws IOException, InterruptedException {
    Objects.requireNonNull(child).end();
  }

  /** Whether a transaction is one of it, who may have been killed before it could say anything. */
  static boolean isOfProcess(String key) {
    return key.startsWith(CountingProcess.INCREMENT) || key.startsWith(CountingProcess.WRITE);
  }

  /**
   * Holds the counter against the increments seen since the last time.
   *
   * @throws AssertionError if it is not their number
   */
  void judge(CommitHistory history, Optional<String> counter) {
    for (String key : history.keys()) {
      if (key.startsWith(CountingProcess.INCREMENT)) {
        counted += history.puts(key);
      }
    }
    if (!counter.orElse("0").equals(Long.toString(counted))) {
      throw new AssertionError(
          "process: the counter is " + counter + " after " + counted + " increments");
    }
  }

  @Override
  public void close() {
    if (child != null) {
      child.close();
    }
    links.forEach(TcpProxy::close);
  }
}
