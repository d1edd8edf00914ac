package io.petacore;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.NamespaceRefusedException;
import io.petacore.internal.format.FormatRecord;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Mutations;
import io.petacore.testing.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever stands under the format key: a storage opens, or refuses the namespace and says why. */
class FormatKeyFuzzTest {

  private static final int INPUTS = 200;

  @Test
  void aStorageOpensOrRefuses() {
    long seed = Seeds.one();
    byte[] telling = "petacore 1 buckets=4096".getBytes(StandardCharsets.UTF_8);
    Mutations mutations =
        new Mutations(
            new Random(seed), List.of(FormatRecord.CURRENT.encode().toByteArray()), telling);
    int refused = 0;
    for (int i = 0; i < INPUTS; i++) {
      Bytes format = Bytes.of(mutations.next());
      try (EmbeddedKvStore store = EmbeddedKvStore.inMemory()) {
        Operation put = new Operation.Put(ReservedKeys.FORMAT, format, Operation.NO_LEASE);
        store.commit(new Batch(List.of(), List.of(put), List.of())).join();
        try (DistributedStorage storage = DistributedStorage.open(store)) {
          assertTrue(FormatRecord.decode(format) != null, "opened in a format that is none");
          storage.runTransaction(tx -> tx.write("key", "value").delete("other"));
        } catch (NamespaceRefusedException e) {
          refused++;
          assertTrue(FormatRecord.decode(format) == null, "refused in a format that it knows");
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("format " + format + Seeds.replay(seed), e);
      }
    }
    assertTrue(refused > INPUTS / 2, "most are damaged");
  }
}
