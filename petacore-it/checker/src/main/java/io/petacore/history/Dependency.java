package io.petacore.history;

/**
 * One transaction comes before another one.
 *
 * @param key what both touched; empty for an order in time
 * @param from the version that the first one wrote or read
 * @param to the version that the second one wrote or read
 */
record Dependency(int before, int after, Kind kind, String key, long from, long to) {

  static Dependency inTime(int before, int after, Kind kind) {
    return new Dependency(before, after, kind, "", 0, 0);
  }
}
