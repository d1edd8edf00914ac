package io.petacore.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TransactionOptionsTest {
  private static final TransactionOptions DEFAULTS = TransactionOptions.defaults();

  @Test
  void defaultsLeaveEverythingToTheStorage() {
    assertEquals(Optional.empty(), DEFAULTS.isolation());
    assertEquals(Optional.empty(), DEFAULTS.timeout());
    assertEquals(OptionalInt.empty(), DEFAULTS.maxAttempts());
  }

  @Test
  void eachSetterChangesItsOwnInACopy() {
    TransactionOptions options =
        DEFAULTS.isolation(IsolationLevel.SNAPSHOT).timeout(Duration.ofSeconds(3)).maxAttempts(5);
    assertEquals(Optional.of(IsolationLevel.SNAPSHOT), options.isolation());
    assertEquals(Optional.of(Duration.ofSeconds(3)), options.timeout());
    assertEquals(OptionalInt.of(5), options.maxAttempts());
    assertEquals(
        Optional.of(Duration.ofSeconds(3)),
        options.isolation(IsolationLevel.READ_COMMITTED).timeout());

    assertEquals(OptionalInt.of(5), options.isolation(IsolationLevel.READ_COMMITTED).maxAttempts());
    assertEquals(Optional.of(IsolationLevel.SNAPSHOT), options.maxAttempts(1).isolation());
    assertEquals(OptionalInt.of(5), options.timeout(Duration.ofSeconds(1)).maxAttempts());
    assertEquals(OptionalInt.of(5), options.maxAttempts(), "the original stays");
    assertEquals(Optional.empty(), DEFAULTS.isolation());
  }

  @Test
  void boundsMustBePositive() {
    for (Duration refused : List.of(Duration.ZERO, Duration.ofMillis(-1))) {
      assertThrows(IllegalArgumentException.class, () -> DEFAULTS.timeout(refused));
    }
    for (int refused : new int[] {0, -1}) {
      assertThrows(IllegalArgumentException.class, () -> DEFAULTS.maxAttempts(refused));
    }
    assertEquals(OptionalInt.of(1), DEFAULTS.maxAttempts(1).maxAttempts());
  }

  @Test
  void equalOptionsAreEqual() {
    TransactionOptions options = DEFAULTS.maxAttempts(2);
    assertEquals(DEFAULTS.maxAttempts(2), options);
    assertEquals(DEFAULTS.maxAttempts(2).hashCode(), options.hashCode());
    assertNotEquals(DEFAULTS, options);
    assertNotEquals(DEFAULTS.maxAttempts(3), options);
    assertNotEquals(options.isolation(IsolationLevel.SNAPSHOT), options);
    assertNotEquals(options.timeout(Duration.ofSeconds(1)), options);
  }
}
