package io.petacore.simulation;

import java.util.ArrayList;
import java.util.List;

/** What must not be. Kept, not thrown: much of it is found where the library would catch it. */
final class Violations {
  private final List<AssertionError> found = new ArrayList<>();

  void add(String what) {
    found.add(new AssertionError(what));
  }

  void add(String what, Throwable cause) {
    found.add(new AssertionError(what + ": " + cause, cause));
  }

  boolean areNone() {
    return found.isEmpty();
  }

  List<AssertionError> found() {
    return found;
  }
}
