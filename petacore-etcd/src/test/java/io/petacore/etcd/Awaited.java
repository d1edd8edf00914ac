package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Requests for tests, and helpers that wait for their results. */
final class Awaited {

  static final Batch PUT =
      new Batch(List.of(), List.of(new Operation.Put(Bytes.utf8("k"), Bytes.utf8("v"))), List.of());

  static final RangeRequest ALL = new RangeRequest(KeyRange.prefix(""), 0, 0);

  private Awaited() {}

  /** Returns the result; fails if there is none in time. */
  static <T> T answer(CompletableFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  /**
   * Waits for the connection, since a request of a store with a short timeout may fail without one.
   */
  static void connected(EtcdKvStore store) {
    while (!store.range(ALL).handle((page, failure) -> failure == null).join()) {
      // Every attempt has its own timeout.
    }
  }

  /** Asserts that a request fails with a kind, and that the failure is not wrapped. */
  static StoreException failure(Kind kind, CompletableFuture<?> future)
      throws InterruptedException, TimeoutException {
    CompletableFuture<Throwable> bare = new CompletableFuture<>();
    var unused =
        future.whenComplete(
            (answer, failure) ->
                bare.complete(failure == null ? new AssertionError("succeeded") : failure));
    Throwable thrown;
    try {
      thrown = bare.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
    assertThrows(ExecutionException.class, future::get);
    StoreException failure = assertInstanceOf(StoreException.class, thrown);
    assertEquals(kind, failure.kind(), failure.getMessage());
    return failure;
  }
}
