package io.petacore.internal.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A node whose scheduler must have lost no exception when the test ends. */
abstract class NodeFixture {
  final Node node = new Node();

  @AfterEach
  final void noExceptionWasLost() {
    assertEquals(List.of(), node.scheduler.failures());
  }
}
