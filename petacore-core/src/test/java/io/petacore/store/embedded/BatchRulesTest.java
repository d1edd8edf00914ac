package io.petacore.store.embedded;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.Guard;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import io.petacore.store.StoreLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Batches that the embedded store refuses although etcd would not, or would count differently. */
class BatchRulesTest {
  private static final StoreLimits LIMITS = new StoreLimits(128, 1 << 20);
  private static final Bytes KEY = Bytes.utf8("key");
  private static final List<Guard> FAILS = List.of(new Guard.OfKey(Bytes.utf8("absent"), 7));

  static Stream<Batch> everyOverlap() {
    List<Operation> changes =
        List.of(new Operation.Put(KEY, Bytes.EMPTY), new Operation.Delete(KEY));
    List<BiFunction<Operation, Operation, List<Operation>>> places =
        List.of(
            (a, b) -> List.of(a, b),
            (a, b) -> List.of(a, group(b)),
            (a, b) -> List.of(group(a), b),
            (a, b) -> List.of(group(a), group(b)),
            (a, b) -> List.of(group(a, b)),
            (a, b) -> List.of(group(a, group(b))),
            (a, b) -> List.of(group(group(group(a))), group(b)),
            (a, b) -> List.of(group(group(a), group(group(b)))));
    List<Batch> batches = new ArrayList<>();
    for (Operation first : changes) {
      for (Operation second : changes) {
        places.forEach(
            place -> batches.add(new Batch(List.of(), place.apply(first, second), List.of())));
      }
    }
    return batches.stream();
  }

  /** A group whose guards do not hold. */
  private static Operation group(Operation... operations) {
    return new Operation.Group(FAILS, List.of(operations));
  }

  @ParameterizedTest
  @MethodSource("everyOverlap")
  void everyOverlapIsRefused(Batch batch) {
    assertRefused(batch, LIMITS);
  }

  @Test
  void guardsAndReadsOfAChangedKeyAreAllowed() {
    List<Guard> guards = List.of(new Guard.OfKey(KEY, 1), new Guard.OfKey(KEY, 1));
    List<Operation> operations =
        List.of(new Operation.Group(guards, List.of(new Operation.Put(KEY, Bytes.EMPTY))));
    assertDoesNotThrow(() -> BatchRules.check(new Batch(guards, operations, List.of(KEY)), LIMITS));
  }

  @Test
  void anEmptyKeyIsRefusedEvenIfItIsOnlyRead() {
    assertRefused(new Batch(List.of(), List.of(), List.of(Bytes.EMPTY)), LIMITS);
  }

  /** Three bytes of key and 32 more for each of five steps and the group; four bytes of value. */
  @Test
  void theSizeOfARequestIsExact() {
    Batch batch =
        new Batch(
            List.of(new Guard.OfKey(KEY, 1)),
            List.of(
                new Operation.Put(KEY, Bytes.utf8("four")),
                new Operation.Group(
                    List.of(new Guard.OfKey(KEY, 2)),
                    List.of(new Operation.Delete(Bytes.utf8("abc"))))),
            List.of(KEY));
    int size = 5 * (3 + 32) + 32 + 4;
    assertDoesNotThrow(() -> BatchRules.check(batch, new StoreLimits(128, size)));
    assertRefused(batch, new StoreLimits(128, size - 1));
  }

  @Test
  void nestingIsBoundedByTheLimitOnOperations() {
    Operation nested = new Operation.Delete(KEY);
    for (int depth = 1; depth < 128; depth++) {
      nested = new Operation.Group(List.of(), List.of(nested));
    }
    Batch deepest = new Batch(List.of(), List.of(nested), List.of());
    assertDoesNotThrow(() -> BatchRules.check(deepest, LIMITS));
    for (int depth = 128; depth < 100_000; depth++) {
      nested = new Operation.Group(List.of(), List.of(nested));
    }
    assertRefused(new Batch(List.of(), List.of(nested), List.of()), LIMITS);
  }

  private static void assertRefused(Batch batch, StoreLimits limits) {
    StoreException refusal =
        assertThrows(StoreException.class, () -> BatchRules.check(batch, limits));
    assertEquals(StoreException.Kind.REJECTED, refusal.kind());
  }
}
