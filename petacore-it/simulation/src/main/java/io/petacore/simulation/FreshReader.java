package io.petacore.simulation;

import io.petacore.DistributedStorage;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what must be fresh: by {@code latest()}, every commit that had returned on any node when it
 * was called; after a barrier, everything that the store had; by {@code atLeast}, a revision that
 * another node has acknowledged. Staleness must not hide a commit that had returned before.
 */
final class FreshReader {
  private static final int AT_ONCE = 3;
  private static final int PATIENCE = 50;

  private final Timeline timeline;
  private final Fibers fibers;
  private final Judge judge;
  private final List<Node> nodes;
  private int answered;

  FreshReader(Timeline timeline, Fibers fibers, Judge judge, List<Node> nodes) {
    this.timeline = timeline;
    this.fibers = fibers;
    this.judge = judge;
    this.nodes = nodes;
  }

  /** Returns the number of answers. */
  int answered() {
    return answered;
  }

  /** Returns the newest revision acknowledged to a client of any node. */
  private long acknowledged() {
    return nodes.stream().mapToLong(Node::acknowledged).max().orElse(0);
  }

  void read(DistributedStorage storage, Node node) {
    switch (timeline.random().nextInt(4)) {
      case 0 -> latest(storage, node);
      case 1 -> snapshot(storage, node);
      case 2 -> barrier(storage, node);
      default -> atLeast(storage, node);
    }
  }

  /** Several calls, some of which come while the read of an earlier one is in flight. */
  private void latest(DistributedStorage storage, Node node) {
    TransactionOptions latest = TransactionOptions.defaults().latest();
    CompletableFuture<?>[] all = new CompletableFuture<?>[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++) {
      long needed = acknowledged();
      int restored = restorations();
      all[i] =
          storage
              .callTransactionAsync(latest, tx -> tx.revision())
              .handle(
                  (revision, failure) -> {
                    if (revision != null) {
                      check(node, "latest()", revision, needed, restored);
                    } else {
                      failed("latest()", failure);
                    }
                    return node;
                  });
      awaitCommit(needed);
    }
    fibers.await(CompletableFuture.allOf(all), -1);
  }

  /** Waits until another commit is acknowledged anywhere: the next call must see it. */
  private void awaitCommit(long before) {
    for (int i = 0; i < PATIENCE && acknowledged() <= before; i++) {
      fibers.pause(timeline.about(100 * Timeline.MICROSECOND));
    }
  }

  private void snapshot(DistributedStorage storage, Node node) {
    long needed = acknowledged();
    int restored = restorations();
    try (Snapshot snapshot = storage.snapshot(TransactionOptions.defaults().latest())) {
      check(node, "a snapshot of latest()", snapshot.revision(), needed, restored);
    } catch (PetaCoreException failure) {
      failed("a snapshot of latest()", failure);
    }
  }

  private boolean barrier(DistributedStorage storage, Node node) {
    long needed = judge.truth().newest();
    int restored = restorations();
    try {
      long barrier = storage.barrier();
      check(node, "a barrier", barrier, needed + 1, restored);
      check(node, "what a barrier has", storage.revision(), barrier, restored);
      return true;
    } catch (PetaCoreException failure) {
      failed("a barrier", failure);
      return false;
    }
  }

  private void atLeast(DistributedStorage storage, Node node) {
    long needed = acknowledged();
    int restored = restorations();
    TransactionOptions options = TransactionOptions.defaults().atLeast(needed);
    try {
      long revision = storage.callTransaction(options, tx -> tx.revision());
      check(node, "atLeast", revision, needed, restored);
    } catch (PetaCoreException failure) {
      failed("atLeast", failure);
    }
  }

  /** Calls barriers without pause. */
  void loop(Node node, BooleanSupplier goOn) {
    while (goOn.getAsBoolean()) {
      DistributedStorage storage = node.storage();
      if (storage == null || !barrier(storage, node)) {
        fibers.pause(timeline.about(Timeline.MILLISECOND));
      }
    }
  }

  /** After a restore, revisions of before denote nothing. */
  private int restorations() {
    int count = 0;
    for (TrueHistory one = judge.truth().lost(); one != null; one = one.lost()) {
      count++;
    }
    return count;
  }

  private void check(Node node, String what, long revision, long needed, int restored) {
    answered++;
    if (revision < needed && restored == 0 && restorations() == 0) {
      judge.contradicts(
          what
              + " of "
              + node
              + " begins at revision "
              + revision
              + ", but revision "
              + needed
              + " was there when it was called");
    }
  }

  private void failed(String what, @Nullable Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    boolean foreseen =
        failure instanceof StoreUnavailableException
            || failure instanceof StorageClosedException
            || failure instanceof Fibers.Killed;
    if (!foreseen) {
      judge.contradicts(what + " failed unexpectedly: " + failure);
    }
  }
}
