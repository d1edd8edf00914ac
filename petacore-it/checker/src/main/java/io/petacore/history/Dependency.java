package io.petacore.history;

/**
 * States that one transaction comes before another.
 *
 * @param key the key that both accessed; empty for an order in time
 * @param from the version that the first transaction wrote or read
 * @param to the version that the second transaction wrote or read
 * @param predicate whether it is an anti-dependency of a range that was read without the key
 */
record Dependency(
    int before, int after, Kind kind, String key, long from, long to, boolean predicate) {

  static Dependency inTime(int before, int after, Kind kind) {
    return new Dependency(before, after, kind, "", 0, 0, false);
  }
}
