package io.petacore.testkit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A conflict that can't be made fails the test, not the commit. */
class CommitFaultsTest {

  private static void expectFailure(
      Throwable expected, Function<Bytes, CompletableFuture<?>> rival) {
    CommitFaults faults = new CommitFaults("test/", rival);
    faults.conflictNext(Bytes.utf8("key"));
    Operation write = new Operation.Put(Bytes.utf8("test/key"), Bytes.utf8("value"));
    CompletableFuture<?> done =
        faults.beforeCommit(new Batch(List.of(), List.of(write), List.of()));
    assertTrue(done.isDone());
    assertFalse(done.isCompletedExceptionally());
    AssertionError thrown = assertThrows(AssertionError.class, faults::requireNoFailure);
    assertSame(expected, thrown.getCause());
    faults.requireNoFailure();
  }

  @Test
  void aConflictThatFailsIsReported() {
    IllegalStateException failure = new IllegalStateException("by the test");
    expectFailure(failure, key -> CompletableFuture.failedFuture(failure));
  }

  @Test
  void aConflictThatCannotBeStartedIsReported() {
    NoSuchMethodError failure = new NoSuchMethodError("by the test");
    expectFailure(
        failure,
        key -> {
          throw failure;
        });
  }
}
