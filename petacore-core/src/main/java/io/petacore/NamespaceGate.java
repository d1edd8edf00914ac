package io.petacore;

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
 * Lets a storage into its namespace: reads or creates the format key, and refuses a namespace that
 * lies inside another one. (One that contains another is noticed by the load.)
 *
 * <p>Two storages may open overlapping namespaces at the same time. Each first creates its own
 * format key and then looks again, so at least one of them sees the other; whoever created a key
 * and is refused takes it back.
 */
final class NamespaceGate {

  private static final Logger log = LoggerFactory.getLogger(NamespaceGate.class);

  /**
   * The namespace's format.
   *
   * @param record what it says
   * @param createdAt the revision that created it, if this call did; else 0
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
   * Fails with {@link NamespaceRefusedException} if the namespace lies inside another one. Where
   * this client may not read what would enclose it, it can't tell; whoever opens that namespace
   * then will, from this one's format key.
   */
  CompletableFuture<Void> requireNotEnclosed() {
    CompletableFuture<Void> clear = CompletableFuture.completedFuture(null);
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
      clear = CompletableFuture.allOf(clear, one);
    }
    return clear;
  }

  private static CompletableFuture<RangePage> readable(CompletableFuture<RangePage> answer) {
    return answer.exceptionally(
        failure -> {
          StoreException known = StoreException.of(failure);
          if (known.kind() != StoreException.Kind.REJECTED) {
            throw known;
          }
          // As it should be for a user who may read the namespace and nothing else.
          log.debug("can't look for an enclosing namespace: {}", known.getMessage());
          return new RangePage(List.of(), false, 0);
        });
  }

  /** The namespace's format; where there is none, the one that it would get. */
  CompletableFuture<FormatRecord> read() {
    return store
        .range(new RangeRequest(KeyRange.single(formatKey), 0, 1))
        .thenApply(
            page ->
                page.entries().isEmpty()
                    ? FormatRecord.CURRENT
                    : decode(page.entries().get(0).value()));
  }

  /** The namespace's format, created if there is none. */
  CompletableFuture<Format> enter() {
    Batch create =
        new Batch(
            List.of(new Guard(formatKey, 0)),
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

  /** Takes back a format key that was created by {@link #enter}. */
  CompletableFuture<BatchResult> leave(Format format) {
    return store.commit(
        new Batch(
            List.of(new Guard(formatKey, format.createdAt())),
            List.of(new Operation.Delete(formatKey)),
            List.of()));
  }
}
