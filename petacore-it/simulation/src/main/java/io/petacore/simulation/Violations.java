package io.petacore.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * The violations found. They are collected, not thrown, since the library would catch many of them.
 */
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
