package io.petacore.internal.engine;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.NamespaceRefusedException;
import io.petacore.internal.format.FormatRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Guard;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admits a storage to its namespace: reads or creates the format key, and refuses a namespace that
 * lies inside another one. (The initial load notices one that contains another.)
 *
 * <p>Two storages may open overlapping namespaces at the same time. Each creates its own format key
 * first and then checks again, so at least one of them sees the other's; a storage that is refused
 * deletes the key it created.
 */
final class NamespaceGate {

  private static final Logger log = LoggerFactory.getLogger(NamespaceGate.class);

  /**
   * The format of a namespace.
   *
   * @param record the content of the format key
   * @param createdAt the revision that created the key, if this call did; else 0
   */
  record Format(FormatRecord record, long createdAt) {}

  private final KvStore store;
  private final Namespace namespace;
  private final Bytes formatKey;

  NamespaceGate(KvStore store, Namespace namespace) {
    this.store = store;
    this.namespace = namespace;
    this.formatKey = namespace.toStore(ReservedKeys.FORMAT);
  }

  /**
   * Fails with {@link NamespaceRefusedException} if the namespace lies inside another one. A
   * namespace that this client may not read is skipped: a storage that opens it finds this one's
   * format key.
   */
  CompletableFuture<Void> requireNotEnclosed() {
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (Namespace enclosing : namespace.enclosing()) {
      Bytes key = enclosing.toStore(ReservedKeys.FORMAT);
      CompletableFuture<Void> one =
          readable(store.range(new RangeRequest(KeyRange.single(key), 0, 1)))
              .thenAccept(
                  page -> {
                    if (page.entries().stream().anyMatch(kv -> FormatRecord.isFormat(kv.value()))) {
                      throw new NamespaceRefusedException(
                          "the namespace "
                              + namespace
                              + " lies inside the namespace "
                              + enclosing
                              + ", which is in use: choose one beside it");
                    }
                  });
      all = CompletableFuture.allOf(all, one);
    }
    return all;
  }

  private static CompletableFuture<RangePage> readable(CompletableFuture<RangePage> answer) {
    return answer.exceptionally(
        failure -> {
          StoreException known = StoreException.of(failure);
          if (known.kind() != StoreException.Kind.REJECTED) {
            throw known;
          }
          // Expected of a user who may read this namespace only.
          log.debug("can't check for an enclosing namespace: {}", known.getMessage());
          return new RangePage(List.of(), false, 0);
        });
  }

  /** Reads the namespace's format; if there is none, returns the one that it would get. */
  CompletableFuture<FormatRecord> read() {
    return store
        .range(new RangeRequest(KeyRange.single(formatKey), 0, 1))
        .thenApply(
            page ->
                page.entries().isEmpty()
                    ? FormatRecord.CURRENT
                    : decode(page.entries().get(0).value()));
  }

  /** Reads the namespace's format, after creating it if there is none. */
  CompletableFuture<Format> enter() {
    Batch create =
        new Batch(
            List.of(new Guard.OfKey(formatKey, 0)),
            List.of(new Operation.Put(formatKey, FormatRecord.CURRENT.encode())),
            List.of(formatKey));
    return store.commit(create).thenApply(this::format);
  }

  private Format format(BatchResult result) {
    if (result.applied()) {
      return new Format(FormatRecord.CURRENT, result.revision());
    }
    return new Format(decode(result.otherwise().get(0).value()), 0);
  }

  private FormatRecord decode(Bytes stored) {
    FormatRecord record = FormatRecord.decode(stored);
    if (record == null) {
      throw new NamespaceRefusedException(
          "the namespace "
              + namespace
              + " has the format "
              + stored
              + ", which this release can't read: use a newer one");
    }
    return record;
  }

  /** Deletes a format key that was created by {@link #enter}. */
  CompletableFuture<BatchResult> leave(Format format) {
    return store.commit(
        new Batch(
            List.of(new Guard.OfKey(formatKey, format.createdAt())),
            List.of(new Operation.Delete(formatKey)),
            List.of()));
  }
}
