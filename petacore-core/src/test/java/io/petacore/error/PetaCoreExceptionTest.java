package io.petacore.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What each exception says about retrying and about the fate of its commit. */
class PetaCoreExceptionTest {

  private record Row(PetaCoreException failure, boolean retryable, boolean mayHaveBeenApplied) {}

  private static Exception cause() {
    return new Exception("cause");
  }

  private static final List<Row> TABLE =
      List.of(
          new Row(new BulkLoadException(1, cause()), false, true),
          new Row(new CommitOutcomeUnknownException("m", cause()), false, true),
          new Row(new CommitQueueFullException("m"), true, false),
          new Row(new InternalErrorException("m", cause(), false), false, false),
          new Row(new InternalErrorException("m", cause(), true), false, true),
          new Row(new KeyFormatException(Bytes.utf8("key"), "m"), false, false),
          new Row(new NamespaceRefusedException("m"), false, false),
          new Row(new ReadOnlyStorageException("m"), false, false),
          new Row(new StorageClosedException("m"), false, false),
          new Row(new StoreRefusedException("m", cause()), false, false),
          new Row(new StoreUnavailableException("m", cause()), true, false),
          new Row(new TransactionConflictException(Bytes.utf8("key"), "m"), true, false),
          new Row(new TransactionTooLargeException("m"), false, false),
          new Row(new TransactionTooOldException("m"), true, false),
          new Row(TransactionTooOldException.ofPast("m"), false, false),
          new Row(
              new UniqueViolationException(
                  "index", Bytes.utf8("i"), Bytes.utf8("key"), Bytes.utf8("holder")),
              false,
              false),
          new Row(
              new ValueFormatException(Bytes.utf8("key"), "codec", Bytes.EMPTY, "m", cause()),
              false,
              false),
          new Row(new WriteBehindException(1, "m", cause()), false, true),
          new Row(new WriteBehindFullException(Bytes.utf8("key"), "m", cause()), true, false));

  @Test
  void theTableHoldsEverySubclass() {
    Set<Class<?>> permitted =
        Stream.of(Objects.requireNonNull(PetaCoreException.class.getPermittedSubclasses()))
            .collect(Collectors.toSet());
    assertEquals(
        permitted, TABLE.stream().map(row -> row.failure().getClass()).collect(Collectors.toSet()));
  }

  @Test
  void everyExceptionTellsTheTruth() {
    for (Row row : TABLE) {
      String name = row.failure().toString();
      assertEquals(row.retryable(), row.failure().isRetryable(), name);
      assertEquals(row.mayHaveBeenApplied(), row.failure().mayHaveBeenApplied(), name);
      assertTrue(!(row.retryable() && row.mayHaveBeenApplied()), name);
    }
  }

  @Test
  void aCopyBelongsToItsCaller() {
    for (Row row : TABLE) {
      PetaCoreException copy = row.failure().copy();
      assertSame(row.failure().getClass(), copy.getClass());
      assertEquals(row.failure().getMessage(), copy.getMessage());
      assertSame(row.failure(), copy.getCause());
      assertEquals(row.retryable(), copy.isRetryable());
      assertEquals(row.mayHaveBeenApplied(), copy.mayHaveBeenApplied());
      assertTrue(
          Stream.of(copy.getStackTrace())
              .anyMatch(frame -> frame.getMethodName().equals("aCopyBelongsToItsCaller")));
    }
  }

  @Test
  void aCopyKeepsKeyAndOutcome() {
    assertEquals(
        Bytes.utf8("key"), new TransactionConflictException(Bytes.utf8("key"), "m").copy().key());
    CompletableFuture<ResolvedOutcome> outcome = new CompletableFuture<>();
    PetaCoreException copy = new CommitOutcomeUnknownException("m", null, outcome).copy();
    outcome.complete(ResolvedOutcome.notCommitted());
    assertSame(
        ResolvedOutcome.notCommitted(),
        assertInstanceOf(CommitOutcomeUnknownException.class, copy).outcome().join());
  }
}
