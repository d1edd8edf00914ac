package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.data.Bytes;
import io.petacore.error.NamespaceRefusedException;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.testing.Await;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Nodes;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** A storage opened read-only writes nothing to the store, and follows it. */
public interface ReadOnlyContract {

  /** The nodes of this test. */
  Nodes nodes();

  private DistributedStorage openReadOnly() {
    return nodes().open(nodes().connect(), StorageBuilder::readOnly);
  }

  @Test
  default void aReadOnlyStorageFollowsAndCommitsNothing() {
    DistributedStorage writer = nodes().open();
    writer.runTransaction(tx -> tx.write("key", "1"));
    ForeignWriter observer = nodes().foreigner();
    long revision = observer.revision();
    DistributedStorage reader = openReadOnly();
    assertEquals("1", reader.read("key"));
    assertEquals("1", reader.callTransaction(tx -> tx.read("key")));
    try (Snapshot snapshot = reader.snapshot()) {
      assertEquals("1", snapshot.read("key"));
    }
    assertThrows(
        ReadOnlyStorageException.class, () -> reader.runTransaction(tx -> tx.write("key", "2")));
    try (ExplicitTransaction tx = reader.begin(TransactionOptions.defaults()).delete("key")) {
      assertThrows(ReadOnlyStorageException.class, tx::commit);
    }
    ExecutionException async =
        assertThrows(
            ExecutionException.class,
            () ->
                reader
                    .runTransactionAsync(TransactionOptions.defaults(), tx -> tx.write("key", "2"))
                    .get());
    assertInstanceOf(ReadOnlyStorageException.class, async.getCause());
    assertEquals(revision, observer.revision(), "no session, no format key, no commit");
    writer.runTransaction(tx -> tx.write("key", "2"));
    Await.until("the change", () -> "2".equals(reader.read("key")));
    reader.close();
    assertEquals(revision + 1, observer.revision(), "no session, no format key, no commit");
    assertEquals("2", writer.read("key"));
  }

  /** Such a namespace is empty, or holds foreign writes; a storage may be opened on it later. */
  @Test
  default void aNamespaceThatNoStorageEnteredIsFollowedAsItIs() {
    ForeignWriter plain = nodes().foreigner();
    DistributedStorage reader = openReadOnly();
    assertNull(plain.get("\0f"));
    plain.put("key", "foreign");
    Await.until("the foreign key", () -> "foreign".equals(reader.read("key")));
    assertNull(reader.status().appliedTimestamp(), "a revision is no timestamp");
    nodes().open().runTransaction(tx -> tx.write("key", "ours"));
    Await.until("our key", () -> "ours".equals(reader.read("key")));
  }

  @Test
  default void anUnknownFormatIsRefusedReadOnlyToo() {
    nodes().foreigner().put(Bytes.utf8("\0f"), Bytes.of((byte) 99, (byte) 1), 0);
    assertThrows(NamespaceRefusedException.class, () -> openReadOnly().close());
  }
}
