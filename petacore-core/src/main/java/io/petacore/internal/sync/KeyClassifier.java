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
 * Classifies the keys of a namespace: data, delete fences and claims of unique index keys, which
 * the cache keeps; the commit record and bookkeeping keys; and foreign keys in the reserved range,
 * which are ignored. Loaded keys and events are classified in the same way. Safe for use by many
 * threads.
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

  /** Whether a key of the store is the commit record. */
  boolean isCommitRecord(Bytes storeKey) {
    return storeKey.equals(recordKey);
  }

  /**
   * Returns the change of the cache that a key in the store stands for.
   *
   * @param value null for a deletion
   * @return null if the cache does not keep the key
   */
  @Nullable Change toChange(Bytes storeKey, @Nullable Bytes value, long modRevision) {
    Bytes key = namespace.fromStore(storeKey);
    if (ReservedKeys.isReserved(key)
        && !ReservedKeys.isDeleteFence(key)
        && !ReservedKeys.isUniqueClaim(key)) {
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
      log.warn("another namespace is nested in this one: {}", storeKey);
      nestedNamespace.compareAndSet(null, storeKey);
    }
    return new Change(key, value, modRevision);
  }

  /** Whether a key of the store is in PetaCore's reserved range. */
  boolean isReserved(Bytes storeKey) {
    return namespace.isReserved(storeKey);
  }

  /** Converts a key of the cache to the key in the store. */
  Bytes toStore(Bytes key) {
    return namespace.toStore(key);
  }

  /**
   * Returns the key without its namespace if it is a bookkeeping key, that is, a session fence or
   * the exclusive commit lock; null otherwise.
   */
  @Nullable Bytes bookkeepingKey(Bytes storeKey) {
    if (!namespace.isReserved(storeKey)) {
      return null; // the common case; saves a copy of the key
    }
    Bytes key = namespace.fromStore(storeKey);
    return ReservedKeys.isSessionFence(key) || key.equals(ReservedKeys.EXCLUSIVE_LOCK) ? key : null;
  }

  /** Converts a bookkeeping key as the store holds it, under its key without namespace. */
  Bookkeeping bookkeeping(Bytes key, KeyValue stored) {
    return new Bookkeeping(key, stored.modRevision(), stored.value(), stored.lease() != 0);
  }

  /** The format key of the first namespace found nested in this one, if there is one. */
  Optional<Bytes> nestedNamespace() {
    return Optional.ofNullable(nestedNamespace.get());
  }
}
