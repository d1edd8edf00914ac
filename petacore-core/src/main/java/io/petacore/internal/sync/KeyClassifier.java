package io.petacore.internal.sync;

import io.petacore.data.Bytes;
import io.petacore.internal.format.FormatRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import io.petacore.store.KeyValue;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells apart what a namespace holds: what the cache keeps (data and delete fences), and what it
 * does not (the commit record, other bookkeeping, strangers). The same for a loaded state and for
 * events.
 */
final class KeyClassifier {

  private static final Logger log = LoggerFactory.getLogger(KeyClassifier.class);

  private final Namespace namespace;
  private final Bytes recordKey;
  private final SyncCounters counters;
  private final AtomicReference<@Nullable Bytes> nestedNamespace = new AtomicReference<>();

  KeyClassifier(Namespace namespace, SyncCounters counters) {
    this.namespace = namespace;
    this.recordKey = namespace.toStore(ReservedKeys.COMMIT_RECORD);
    this.counters = counters;
  }

  boolean isCommitRecord(Bytes storeKey) {
    return storeKey.equals(recordKey);
  }

  /**
   * What the cache is to do about a key of the namespace; null where it keeps no such key.
   *
   * @param value null for a deletion
   */
  @Nullable Change toChange(Bytes storeKey, @Nullable Bytes value, long modRevision) {
    Bytes key = namespace.fromStore(storeKey);
    if (ReservedKeys.isReserved(key) && !ReservedKeys.isDeleteFence(key)) {
      if (!ReservedKeys.isKnown(key)) {
        SyncCounters.countAndWarn(
            counters.ignoredKeys,
            log,
            "ignoring a foreign key in the reserved range: {}",
            storeKey);
      }
      return null;
    }
    if (key.isEmpty()) {
      SyncCounters.countAndWarn(
          counters.ignoredKeys,
          log,
          "ignoring a foreign value at the bare namespace: {}",
          storeKey);
      return null;
    }
    if (value != null && ReservedKeys.isNestedFormat(key) && FormatRecord.isFormat(value)) {
      log.warn("another namespace lies inside this one: {}", storeKey);
      nestedNamespace.compareAndSet(null, storeKey);
    }
    return new Change(key, value, modRevision);
  }

  /** Whether a key of the store is one of PetaCore's own. */
  boolean isReserved(Bytes storeKey) {
    return namespace.isReserved(storeKey);
  }

  /** The key in the store for a key of the cache. */
  Bytes toStore(Bytes key) {
    return namespace.toStore(key);
  }

  /** The key without namespace, if it is a session's fence or the turn; else null. */
  @Nullable Bytes bookkeeping(Bytes storeKey) {
    if (!namespace.isReserved(storeKey)) {
      return null; // as nearly all are: no need to cut the namespace off twice
    }
    Bytes key = namespace.fromStore(storeKey);
    return ReservedKeys.isSessionFence(key) || key.equals(ReservedKeys.EXCLUSIVE_LOCK) ? key : null;
  }

  /** A session's fence, or the lock, as the store holds it, under its key without namespace. */
  Bookkeeping bookkeeping(Bytes key, KeyValue stored) {
    return new Bookkeeping(key, stored.modRevision(), stored.value(), stored.lease() != 0);
  }

  /** The format key of a namespace that was found inside this one, if any was. */
  Optional<Bytes> nestedNamespace() {
    return Optional.ofNullable(nestedNamespace.get());
  }
}
