package io.petacore.it.proxy;

import java.time.Duration;

/**
 * One direction of a proxy, the target of a network fault; see {@link TcpProxy} for its methods.
 */
public record Way(TcpProxy proxy, Direction direction) {

  /** Holds bytes until {@link #pass}. */
  public void hold() {
    proxy.hold(direction);
  }

  /** Drops bytes until {@link #pass}. */
  public void swallow() {
    proxy.swallow(direction);
  }

  /** Delays bytes; zero for no delay. */
  public void delay(Duration delay) {
    proxy.delay(direction, delay);
  }

  /** Forwards bytes again. */
  public void pass() {
    proxy.pass(direction);
  }
}
