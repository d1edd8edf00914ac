package io.petacore.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.error.TransactionConflictException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import org.junit.jupiter.api.Test;

/** What a Serializable transaction reads through a keyspace is guarded as any other read. */
class KeyspaceSerializableTest {

  private static final Keyspace<Integer, String> NAMES =
      Keyspace.of("name/", KeyCodec.int32(), Codec.utf8());

  /** A lookup overwrites the key of the one before it: the transaction must keep a copy. */
  @Test
  void everyKeyReadIsGuarded() {
    for (int changed = 1; changed <= 3; changed++) {
      try (KvStore store = EmbeddedKvStore.inMemory();
          DistributedStorage storage = DistributedStorage.builder(store).open()) {
        storage.runTransaction(
            tx -> {
              NAMES.write(tx, 1, "one");
              NAMES.write(tx, 2, "two");
            });
        try (ExplicitTransaction tx =
            storage.begin(TransactionOptions.defaults().isolation(IsolationLevel.SERIALIZABLE))) {
          assertEquals("one", NAMES.read(tx, 1));
          assertEquals("two", NAMES.read(tx, 2));
          assertEquals(null, NAMES.read(tx, 3));
          NAMES.write(tx, 4, "four");
          int key = changed;
          storage.runTransaction(other -> NAMES.write(other, key, "changed"));
          TransactionConflictException conflict =
              assertThrows(TransactionConflictException.class, tx::commit);
          assertEquals(NAMES.key(key), conflict.key());
        }
      }
    }
  }
}
