package io.petacore.it.proxy;

/** The direction of bytes through a proxy. */
public enum Direction {
  /** Requests. */
  TO_SERVER,
  /** Responses and events. */
  TO_CLIENT
}
