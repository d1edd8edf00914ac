package io.petacore.testkit;

import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What happens to the next commits of a cluster, whichever node sends them. */
final class CommitFaults {
  private final Bytes namespace;
  private final Function<Bytes, CompletableFuture<?>> rival;
  private final Set<Bytes> conflicts = ConcurrentHashMap.newKeySet();
  private final AtomicInteger answersToLose = new AtomicInteger();
  private final AtomicReference<@Nullable AssertionError> failed = new AtomicReference<>();

  /**
   * @param namespace the prefix of all keys
   * @param rival changes a key, given without the namespace, as another node would
   */
  CommitFaults(String namespace, Function<Bytes, CompletableFuture<?>> rival) {
    this.namespace = Bytes.utf8(namespace);
    this.rival = rival;
  }

  void loseNextAnswer() {
    answersToLose.incrementAndGet();
  }

  void conflictNext(Bytes key) {
    conflicts.add(key);
  }

  void clear() {
    answersToLose.set(0);
    conflicts.clear();
  }

  /** Whether a batch changes keys of the application, rather than the library's own only. */
  boolean isCommit(Batch batch) {
    Bytes reserved = namespace.concat(Bytes.of((byte) 0));
    return changes(batch.operations(), key -> !key.startsWith(reserved));
  }

  /** Lets the rival change the keys of a batch that are to conflict. */
  CompletableFuture<?> beforeCommit(Batch batch) {
    CompletableFuture<?> done = CompletableFuture.completedFuture(null);
    for (Bytes key : List.copyOf(conflicts)) {
      Bytes whole = namespace.concat(key);
      if (changes(batch.operations(), whole::equals) && conflicts.remove(key)) {
        done = CompletableFuture.allOf(done, conflict(key));
      }
    }
    return done;
  }

  private CompletableFuture<?> conflict(Bytes key) {
    CompletableFuture<?> change;
    try {
      change = rival.apply(key);
    } catch (RuntimeException | Error e) {
      change = CompletableFuture.failedFuture(e);
    }
    // The commit is sent all the same: to its node, a failure here would be one of the store.
    return change.handle(
        (changed, failure) -> {
          if (failure != null) {
            failed.compareAndSet(
                null, new AssertionError("no conflict was made on " + key, failure));
          }
          return null;
        });
  }

  /** Throws what has prevented a conflict, once. */
  void requireNoFailure() {
    AssertionError failure = failed.getAndSet(null);
    if (failure != null) {
      throw failure;
    }
  }

  /** Returns the answer to a commit; if it was applied, perhaps its loss. */
  CompletableFuture<BatchResult> answer(CompletableFuture<BatchResult> answer) {
    return answer.thenCompose(
        result ->
            result.applied() && takeLoss() ? lost() : CompletableFuture.completedFuture(result));
  }

  private boolean takeLoss() {
    return answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
  }

  private static CompletableFuture<BatchResult> lost() {
    return CompletableFuture.failedFuture(
        new StoreException(
            StoreException.Kind.OUTCOME_UNKNOWN, "the answer was lost by the test", null));
  }

  private static boolean changes(List<Operation> operations, Predicate<Bytes> keys) {
    for (Operation operation : operations) {
      boolean matches =
          operation instanceof Operation.Put put
              ? keys.test(put.key())
              : operation instanceof Operation.Delete delete
                  ? keys.test(delete.key())
                  : operation instanceof Operation.Group group && changes(group.operations(), keys);
      if (matches) {
        return true;
      }
    }
    return false;
  }
}
