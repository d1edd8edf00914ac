package io.petacore.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.testing.Mutations;
import io.petacore.testing.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Whatever is found in etcd is a record or none, and never an exception: what is decoded is encoded
 * to the same bytes, so there is one way to write each record.
 */
class FormatFuzzTest {

  private static final int INPUTS = 200_000;

  private static void fuzz(List<Bytes> examples, byte[] telling, Consumer<Bytes> parser) {
    long seed = Seeds.one();
    Mutations mutations =
        new Mutations(
            new Random(seed), examples.stream().map(Bytes::toByteArray).toList(), telling);
    for (int i = 0; i < INPUTS; i++) {
      Bytes input = Bytes.of(mutations.next());
      try {
        parser.accept(input);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("input " + input + Seeds.replay(seed), e);
      }
    }
  }

  @Test
  void commitRecords() {
    Random random = new Random(0);
    List<Bytes> examples = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      SessionId session = new SessionId(random.nextLong(), random.nextLong());
      examples.add(new CommitRecord(random.nextLong() >>> 2, session, i).encode());
    }
    int[] decoded = new int[1];
    fuzz(
        examples,
        new byte[] {0, 1, 2, -1},
        input -> {
          CommitRecord record = CommitRecord.decode(input);
          if (record != null) {
            decoded[0]++;
            assertTrue(record.timestamp() >= 0);
            assertTrue(!record.hasTimestamp() || input.equals(record.encode()));
          }
        });
    assertTrue(decoded[0] > 0, "some are well-formed still");
  }

  @Test
  void formatRecords() {
    List<Bytes> examples = new ArrayList<>();
    for (int buckets : new int[] {1, 9, 10, 4096, 9999, 99_999}) {
      examples.add(new FormatRecord(buckets).encode());
    }
    int[] decoded = new int[1];
    fuzz(
        examples,
        "petacore 1 buckets=0987654321\n".getBytes(StandardCharsets.UTF_8),
        input -> {
          FormatRecord record = FormatRecord.decode(input);
          if (record != null) {
            decoded[0]++;
            assertEquals(input, record.encode());
            assertTrue(record.buckets() > 0 && FormatRecord.isFormat(input));
          }
        });
    assertTrue(decoded[0] > 0, "some are well-formed still");
  }

  /** A key is of one kind, and no reserved one is ever the application's. */
  @Test
  void reservedKeys() {
    List<Bytes> examples =
        List.of(
            ReservedKeys.COMMIT_RECORD,
            ReservedKeys.FORMAT,
            ReservedKeys.EXCLUSIVE_LOCK,
            ReservedKeys.sessionFence(new SessionId(1, 2)),
            new DeleteFences(4096).fenceOf(Bytes.utf8("key")),
            Bytes.utf8("shop/").concat(ReservedKeys.FORMAT),
            Bytes.utf8("key"));
    fuzz(
        examples,
        new byte[] {0, 'c', 'd', 'f', 's', 'x', '/'},
        key -> {
          boolean fence = ReservedKeys.isDeleteFence(key) || ReservedKeys.isSessionFence(key);
          if (ReservedKeys.isKnown(key) || fence) {
            assertTrue(ReservedKeys.isReserved(key));
          }
          if (ReservedKeys.isReserved(key)) {
            assertFalse(KeyRange.all().contains(key));
          }
          assertFalse(ReservedKeys.isDeleteFence(key) && ReservedKeys.isSessionFence(key));
        });
  }

  /** A namespace is taken or refused, and keys go there and back. */
  @Test
  void namespaces() {
    int[] taken = new int[1];
    fuzz(
        List.of(Bytes.utf8("shop/"), Bytes.utf8("a/b:c/"), Bytes.EMPTY),
        "/:.-_\0".getBytes(StandardCharsets.UTF_8),
        input -> {
          Namespace namespace;
          try {
            namespace = Namespace.of(new String(input.toByteArray(), StandardCharsets.UTF_8));
          } catch (IllegalArgumentException refused) {
            return;
          }
          taken[0]++;
          Bytes key = Bytes.utf8("key");
          assertEquals(key, namespace.fromStore(namespace.toStore(key)));
          assertTrue(namespace.range().contains(namespace.toStore(key)));
          assertTrue(namespace.isReserved(namespace.toStore(ReservedKeys.FORMAT)));
          namespace.enclosing();
        });
    assertTrue(taken[0] > 0, "some are namespaces still");
  }
}
