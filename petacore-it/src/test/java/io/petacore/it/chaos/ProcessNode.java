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
 * A node in a separate process, which can be paused and killed: it increments a counter and writes
 * keys. The counter equals the number of increments in the history of etcd.
 */
final class ProcessNode implements AutoCloseable {

  static final String NAME = "process";

  /** The time-to-live of its session's lease, the minimum of etcd. */
  static final Duration LEASE = Duration.ofSeconds(2);

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final String namespace;
  private final List<TcpProxy> links = new ArrayList<>();
  private @Nullable CountingChild child;
  private volatile Ledger ledger = new Ledger();
  private int starts;
  private long counted;

  ProcessNode(EtcdCluster etcd, String namespace) {
    this.namespace = namespace;
    for (Member member : etcd.members()) {
      links.add(TcpProxy.to(member.address()));
    }
  }

  /** Starts the process; its outcomes are recorded in a ledger. */
  void start(Ledger outcomes) {
    ledger = outcomes;
    start();
  }

  private void start() {
    try {
      child =
          CountingChild.start(
              Node.endpoints(links), namespace, "start" + ++starts + "-", PAUSE, () -> ledger);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Pauses the process for a while, with open connections. */
  Fault.Course pause(Duration time) {
    return lasting -> {
      CountingChild paused = Objects.requireNonNull(child);
      paused.pause();
      try {
        lasting.last(time);
      } finally {
        paused.resume();
      }
    };
  }

  /** Kills the process and starts another after a while. */
  Fault.Course restart(Duration time) {
    return lasting -> {
      Objects.requireNonNull(child).close();
      lasting.last(time);
      start();
    };
  }

  /** Stops the process in an orderly way. */
  void end() throws IOException, InterruptedException {
    Objects.requireNonNull(child).end();
  }

  /**
   * Whether a key belongs to this process, which may have been killed before it reported an
   * outcome.
   */
  static boolean isOfProcess(String key) {
    return key.startsWith(CountingProcess.INCREMENT) || key.startsWith(CountingProcess.WRITE);
  }

  /**
   * Compares the counter with the number of increments.
   *
   * @throws AssertionError if they differ
   */
  void verify(CommitHistory history, Optional<String> counter) {
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
