package io.petacore.simulation;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.StorageParts;
import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.InterruptedReads;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;

/** Opens, closes and kills storages, and restarts the clients of a reopened storage. */
final class Processes implements Nemesis.Operator {
  static final int PLACES = 1_000;

  /** The number of subscribers of each storage. */
  private static final int SUBSCRIBERS = 3;

  /** Maximum pause of a reader; shorter than the wait for the end of the run. */
  private static final long LONGEST_STOP = 50 * Timeline.SECOND;

  private static final long MOMENT = 10 * Timeline.MILLISECOND;

  private final Timeline timeline;
  private final Trace trace;
  private final Fibers fibers;
  private final Faults faults;
  private final Violations violations;
  private final Cluster cluster;
  private final Settings settings;
  private final Judge judge;
  private final Census census;
  private final List<Client> clients;
  private final BiConsumer<Node, DistributedStorage> inspector;
  private final Set<DistributedStorage> closing = new HashSet<>();
  private final List<Subscriber> subscribers = new ArrayList<>();

  /**
   * @param clients the clients, including later ones
   * @param inspector inspects a storage before it is closed
   */
  Processes(
      Timeline timeline,
      Trace trace,
      Fibers fibers,
      Faults faults,
      Violations violations,
      Cluster cluster,
      Settings settings,
      Judge judge,
      Census census,
      List<Client> clients,
      BiConsumer<Node, DistributedStorage> inspector) {
    this.timeline = timeline;
    this.trace = trace;
    this.fibers = fibers;
    this.faults = faults;
    this.violations = violations;
    this.cluster = cluster;
    this.settings = settings;
    this.judge = judge;
    this.census = census;
    this.clients = clients;
    this.inspector = inspector;
  }

  void start(Client client) {
    fibers.start(client.node().life(), client::run);
  }

  void open(Node node) {
    Life life = node.life();
    fibers.start(
        life,
        () -> {
          while (node.storage() == null) {
            try {
              DistributedStorage storage = builder(node).open();
              node.opened(storage);
              watch(node, storage, 0);
              for (int i = 0; i < SUBSCRIBERS; i++) {
                subscribers.add(Subscriber.to(timeline, fibers, judge, node, storage));
              }
              trace.note("open", storage.revision(), life::toString);
            } catch (PetaCoreException failure) {
              trace.note("unopened", 0, () -> life + ": " + failure);
            }
          }
        });
  }

  /** Whether every subscriber of an open storage has the newest state. */
  boolean areSubscribersRight() {
    return subscribers.stream().allMatch(Subscriber::isRight);
  }

  private StorageBuilder builder(Node node) {
    Life life = node.life();
    StorageBuilder builder =
        DistributedStorage.builder(new Connection(cluster, timeline, trace, faults, node))
            .namespace("n/")
            .historyRetention(Duration.ofNanos(settings.retention()))
            .maxHistoryBytes(settings.historyBytes())
            .commitTimeout(Duration.ofNanos(settings.commitTimeout()))
            .sessionTimeout(Duration.ofNanos(settings.sessionTimeout()))
            .idleWriteInterval(Duration.ofNanos(settings.idleWriteInterval()))
            .maxInFlight(settings.maxInFlight())
            .maxPendingCommits(PLACES)
            .executor(work -> execute(life, work))
            .physicalClock(node::wallClock);
    IndexJudge.define(builder);
    StorageParts.cache(
        builder,
        (retention, bytes, nanoTime) ->
            InterruptedReads.cache(retention, bytes, nanoTime, this::stopReader));
    StorageParts.schedule(builder, new SimulatedScheduler(timeline, fibers, life, violations));
    return builder;
  }

  /** The application's executor. */
  private void execute(Life life, Runnable work) {
    if (faults.strike(Fault.EXECUTOR_REFUSES)) {
      if (timeline.chance(0.5)) {
        throw new RejectedExecutionException("by the simulation");
      }
      throw new OutOfMemoryError("by the simulation");
    }
    if (faults.strike(Fault.EXECUTOR_BLOCKS)) {
      fibers.pause(timeline.about(Timeline.SECOND));
    }
    fibers.start(life, work);
  }

  private void stopReader() {
    if (fibers.isReading() && faults.strike(Fault.READER_STOPPED)) {
      long time = timeline.about(timeline.chance(0.5) ? settings.retention() : MOMENT);
      fibers.pause(Math.min(time, LONGEST_STOP));
    }
  }

  /** Reads at the moment at which a revision is published. */
  @SuppressWarnings("FutureReturnValueIgnored") // the judge keeps the violations
  private void watch(Node node, DistributedStorage storage, long seen) {
    StorageParts.whenApplied(storage, seen + 1)
        .thenAccept(
            applied -> {
              look(node, storage, seen, applied);
              watch(node, storage, applied.revision());
            });
  }

  private void look(Node node, DistributedStorage storage, long seen, AppliedState applied) {
    long newest = Math.min(applied.revision(), judge.truth().newest());
    for (RevisionEvents made : judge.truth().between(Math.max(seen, Simulation.PREPARED), newest)) {
      for (Event event : made.events()) {
        Bytes key = Simulation.NAMESPACE.fromStore(event.key());
        if (key.byteAt(0) != 0) {
          judge.read(node, "a waiting reader", key, applied.revision(), storage.read(key));
        }
      }
    }
  }

  @Override
  public void reopen(Node node) {
    DistributedStorage storage = node.storage();
    if (storage == null || !closing.add(storage)) {
      return;
    }
    trace.note("close", 0, node::toString);
    census.take(storage.status());
    inspector.accept(node, storage);
    fibers.start(
        node.life(),
        () -> {
          storage.close();
          if (node.storage() == storage) {
            node.opened(null);
            open(node);
          }
        });
  }

  @Override
  public void crash(Node node, long downFor) {
    trace.note("crash", downFor, node::toString);
    DistributedStorage storage = node.storage();
    if (storage != null) {
      census.take(storage.status());
    }
    Life last = node.life();
    cluster.breakStreams(node);
    node.beginAnew();
    fibers.kill(last);
    timeline.after(
        downFor,
        node.life(),
        () -> {
          open(node);
          clients.stream().filter(client -> client.node() == node).forEach(this::start);
        });
  }
}
