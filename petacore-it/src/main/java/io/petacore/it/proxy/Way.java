package io.petacore.it.proxy;

import java.time.Duration;

/**
 * One way that bytes take: a direction of a proxy. What a network does to packets is done to ways;
 * {@link TcpProxy} says what each of these means.
 */
public record Way(TcpProxy proxy, Direction direction) {

  /** Keeps what flows until {@link #pass}. */
  public void hold() {
    proxy.hold(direction);
  }

  /** Forgets what flows until {@link #pass}. */
  public void swallow() {
    proxy.swallow(direction);
  }

  /** Has what flows wait for a while; zero for no longer. */
  public void delay(Duration delay) {
    proxy.delay(direction, delay);
  }

  /** Forwards again. */
  public void pass() {
    proxy.pass(direction);
  }
}
