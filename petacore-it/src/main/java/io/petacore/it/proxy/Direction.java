package io.petacore.it.proxy;

/** Which way bytes go through a proxy. */
public enum Direction {
  /** Requests. */
  TO_SERVER,
  /** Answers and events. */
  TO_CLIENT
}
