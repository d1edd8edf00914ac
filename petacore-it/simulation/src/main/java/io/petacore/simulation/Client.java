package io.petacore.simulation;

import io.petacore.DistributedStorage;
import io.petacore.data.Timestamp;
import io.petacore.error.PetaCoreException;
import io.petacore.history.HistoryRecorder;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A thread of an application. It runs one transaction after another through every API, and reports
 * the outcomes to the judge.
 */
final class Client {

  /** Maximum number of concurrent asynchronous transactions. */
  private static final int AT_ONCE = 6;

  private static final long THINKING = 2 * Timeline.MILLISECOND;
  private static final long LONGEST_PAUSE = 50 * Timeline.MILLISECOND;

  private final Timeline timeline;
  private final Random random;
  private final Fibers fibers;
  private final Judge judge;
  private final Node node;
  private final Programs programs;
  private final PastReader past;
  private final FreshReader fresh;
  private final String name;
  private final List<HistoryRecorder.Client> recorded = new ArrayList<>();
  private int left;

  Client(
      String name,
      Timeline timeline,
      Fibers fibers,
      Judge judge,
      Node node,
      Programs programs,
      PastReader past,
      FreshReader fresh,
      int transactions) {
    this.name = name;
    this.timeline = timeline;
    this.random = timeline.random();
    this.fibers = fibers;
    this.judge = judge;
    this.node = node;
    this.programs = programs;
    this.past = past;
    this.fresh = fresh;
    this.left = transactions;
  }

  /** Returns whether all its transactions have ended. */
  boolean isDone() {
    return left <= 0;
  }

  void stop() {
    left = 0;
  }

  Node node() {
    return node;
  }

  /** Runs transactions until all have ended, or the process dies. */
  void run() {
    recorded.clear();
    for (int i = 0; i < AT_ONCE; i++) {
      recorded.add(judge.recorder().client(node.toString(), name + "." + i));
    }
    long pause = THINKING;
    while (left > 0) {
      fibers.pause(timeline.about(pause));
      DistributedStorage storage = node.storage();
      if (storage == null) {
        // It is being opened, perhaps for many seconds: looking too often took a third of a run.
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      } else {
        pause = THINKING;
        left--;
        act(storage);
      }
    }
  }

  private void act(DistributedStorage storage) {
    int kind = random.nextInt(25);
    if (kind >= 22) {
      several(storage, programs::hot);
    } else if (kind >= 20) {
      fresh.read(storage, node);
    } else if (kind < 3) {
      past.read(storage, node);
    } else if (kind < 9) {
      explicit(storage);
    } else if (kind < 13) {
      several(storage, programs::any);
    } else {
      blocking(storage);
    }
  }

  private TransactionOptions options(IsolationLevel level) {
    TransactionOptions options = TransactionOptions.defaults().isolation(level);
    if (timeline.chance(0.1)) {
      options = options.timeout(Duration.ofNanos(timeline.about(20 * Timeline.MILLISECOND)));
    }
    return timeline.chance(0.1) ? options.maxAttempts(1 + random.nextInt(3)) : options;
  }

  private void blocking(DistributedStorage storage) {
    Programs.Program program = programs.any();
    Claim claim = judge.claim(node, recorded.get(0), program.level());
    long acknowledged = node.acknowledged();
    try {
      CommitResult result =
          storage.runTransaction(
              options(claim.level), tx -> program.run(witness(storage, tx, claim, acknowledged)));
      judge.committed(claim, revisionOf(claim, result));
    } catch (PetaCoreException failure) {
      judge.failed(claim, failure);
    }
  }

  private Witness witness(
      DistributedStorage storage, Transaction tx, Claim claim, long acknowledged) {
    return new Witness(fibers, judge, node, storage, tx, claim, acknowledged);
  }

  private void explicit(DistributedStorage storage) {
    Programs.Program program = programs.any();
    Claim claim = judge.claim(node, recorded.get(0), program.level());
    long acknowledged = node.acknowledged();
    try (ExplicitTransaction tx = storage.begin(options(claim.level))) {
      program.run(witness(storage, tx, claim, acknowledged));
      judge.committed(claim, revisionOf(claim, tx.commit()));
    } catch (PetaCoreException failure) {
      judge.failed(claim, failure);
    }
  }

  /**
   * Returns the revision of a commit; for a transaction that changed nothing, that of its snapshot.
   */
  private long revisionOf(Claim claim, CommitResult result) {
    Timestamp timestamp = result.timestamp();
    if (timestamp != null) {
      past.remember(timestamp.nanosSinceEpoch());
    }
    return claim.last().writes.isEmpty() ? 0 : result.revision();
  }

  private void ended(Claim claim, Throwable failure) {
    if (failure instanceof Programs.Refused) {
      judge.refused(claim);
    } else {
      judge.failed(claim, failure);
    }
  }

  /** Runs several transactions concurrently. */
  private void several(DistributedStorage storage, Supplier<Programs.Program> bodies) {
    int count = 1 + random.nextInt(AT_ONCE);
    CompletableFuture<?>[] all = new CompletableFuture<?>[count];
    for (int i = 0; i < count; i++) {
      all[i] = later(storage, i, bodies.get());
    }
    fibers.await(CompletableFuture.allOf(all), -1);
  }

  private CompletableFuture<?> later(
      DistributedStorage storage, int index, Programs.Program program) {
    Claim claim = judge.claim(node, recorded.get(index), program.level());
    long acknowledged = node.acknowledged();
    CompletableFuture<CommitResult> future;
    try {
      future =
          storage.runTransactionAsync(
              options(claim.level), tx -> program.run(witness(storage, tx, claim, acknowledged)));
    } catch (PetaCoreException failure) {
      judge.failed(claim, failure);
      return CompletableFuture.completedFuture(null);
    }
    return future.handle(
        (result, failure) -> {
          if (failure == null) {
            judge.committed(claim, revisionOf(claim, result));
          } else {
            ended(
                claim,
                failure instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : failure);
          }
          return claim;
        });
  }
}
