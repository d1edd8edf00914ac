package io.petacore.simulation;

import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.StoreLimits;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A node's connection to the cluster. Requests and answers are delayed, and may suffer a {@link
 * Fault}. Like a real store, the connection answers in bounded time and reports whether the outcome
 * is unknown.
 */
final class Connection implements KvStore {
  private static final long LATENCY = 100 * Timeline.MICROSECOND;
  private static final long PATIENCE = 2 * Timeline.SECOND;

  private final Cluster cluster;
  private final Timeline timeline;
  private final Trace trace;
  private final Faults faults;
  private final Node node;
  private final Life life;

  Connection(Cluster cluster, Timeline timeline, Trace trace, Faults faults, Node node) {
    this.cluster = cluster;
    this.timeline = timeline;
    this.trace = trace;
    this.faults = faults;
    this.node = node;
    this.life = node.life();
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    return call("range", Kind.UNAVAILABLE, () -> cluster.range(request));
  }

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    return call("commit", Kind.OUTCOME_UNKNOWN, new Once(batch));
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return call("grant", Kind.OUTCOME_UNKNOWN, () -> cluster.model().grant(timeToLive));
  }

  @Override
  public CompletableFuture<Void> renewLease(long lease) {
    return call("renew", Kind.UNAVAILABLE, () -> cluster.model().renew(lease));
  }

  @Override
  public CompletableFuture<Void> revokeLease(long lease) {
    return call("revoke", Kind.OUTCOME_UNKNOWN, () -> cluster.model().revoke(lease));
  }

  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    WatchStream stream =
        new WatchStream(cluster, timeline, faults, node, range, fromRevision, listener);
    cluster.open(stream);
    return stream;
  }

  @Override
  public StoreLimits limits() {
    return cluster.model().limits();
  }

  @Override
  public CompletableFuture<String> describe() {
    return call("describe", Kind.UNAVAILABLE, () -> "a model of etcd");
  }

  @Override
  public void close() {
    // The simulation ends the connection with its process.
  }

  /** A batch that the transport may send twice, and that is applied at most once. */
  private final class Once implements Supplier<BatchResult> {
    private final Batch batch;
    private BatchResult result = new BatchResult(false, 0, List.of(), List.of());

    Once(Batch batch) {
      this.batch = batch;
    }

    @Override
    public BatchResult get() {
      if (!result.applied()) {
        if (isForbidden(batch.operations()) && faults.strike(Fault.CONTENT_REFUSED)) {
          throw new StoreException(Kind.REJECTED, "permission denied", null);
        }
        boolean full = cluster.isFull() && putsSomething(batch);
        if (full && !timeline.chance(0.3)) {
          throw new StoreException(Kind.OUTCOME_UNKNOWN, "database space exceeded", null);
        }
        result = cluster.commit(node, batch);
        if (full) {
          throw new StoreException(Kind.OUTCOME_UNKNOWN, "database space exceeded", null);
        }
      }
      return result;
    }

    private static boolean isForbidden(List<Operation> operations) {
      return operations.stream()
          .anyMatch(
              operation ->
                  operation instanceof Operation.Group group
                      ? isForbidden(group.operations())
                      : operation instanceof Operation.Put put
                          && Programs.isForbidden(Simulation.NAMESPACE.fromStore(put.key())));
    }

    private static boolean putsSomething(Batch batch) {
      return batch.operations().stream()
          .anyMatch(operation -> !(operation instanceof Operation.Delete));
    }
  }

  private CompletableFuture<Void> call(String what, Kind failure, Runnable work) {
    return call(
            what,
            failure,
            () -> {
              work.run();
              return true;
            })
        .thenAccept(done -> {});
  }

  private <T> CompletableFuture<T> call(String what, Kind failure, Supplier<T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (faults.strike(Fault.REQUEST_REFUSED)
        || ((node.isCutOff() || cluster.isAway()) && timeline.chance(0.5))) {
      failAfter(timeline.about(LATENCY), answer, Kind.UNAVAILABLE);
      return answer;
    }
    failAfter(PATIENCE, answer, failure);
    long arrival = timeline.about(LATENCY);
    if (faults.strike(Fault.REQUEST_LOST)) {
      return answer;
    }
    if (faults.strike(Fault.REQUEST_LATE)) {
      arrival = timeline.about(2 * Timeline.SECOND);
      failAfter((long) (arrival * timeline.random().nextDouble()), answer, failure);
    } else if (faults.strike(Fault.REQUEST_SLOW)) {
      arrival = timeline.about(20 * Timeline.MILLISECOND);
    }
    if (faults.strike(Fault.REQUEST_DOUBLED)) {
      // The transport sends again only a request without an answer.
      arrive(what, arrival, failure, work, new CompletableFuture<>());
      arrival += timeline.about(LATENCY);
    }
    arrive(what, arrival, failure, work, answer);
    return answer;
  }

  private <T> void arrive(
      String what, long nanos, Kind failure, Supplier<T> work, CompletableFuture<T> answer) {
    int history = cluster.history();
    timeline.after(
        nanos,
        null,
        () -> {
          if (history != cluster.history() || node.isCutOff() || cluster.isAway()) {
            return; // lost with the connection
          }
          apply(what, failure, work, answer);
        });
  }

  private <T> void apply(String what, Kind failure, Supplier<T> work, CompletableFuture<T> answer) {
    Runnable answering;
    try {
      T result = cluster.serve(work);
      trace.note(what, cluster.model().newest(), () -> life + ": " + result);
      answering = () -> answer.complete(result);
    } catch (StoreException refused) {
      trace.note(what, -1, () -> life + ": " + refused.getMessage());
      answering = () -> answer.completeExceptionally(refused);
    }
    if (faults.strike(Fault.ANSWER_LOST)) {
      if (timeline.chance(0.5)) {
        failAfter(timeline.about(LATENCY), answer, failure);
      }
    } else {
      boolean slow = faults.strike(Fault.REQUEST_SLOW);
      timeline.after(timeline.about(slow ? 20 * Timeline.MILLISECOND : LATENCY), life, answering);
    }
  }

  private void failAfter(long nanos, CompletableFuture<?> answer, Kind kind) {
    timeline.after(
        nanos,
        life,
        () -> answer.completeExceptionally(new StoreException(kind, "by the simulation", null)));
  }
}
