package io.petacore.it.fault;

import io.petacore.it.proxy.TcpProxy;
import io.petacore.it.proxy.Way;
import java.time.Duration;
import java.util.List;

/** Network faults. */
public final class LinkFaults {

  private LinkFaults() {}

  /** Drops all bytes; afterwards connections that have lost bytes are reset. */
  public static Fault.Course swallow(List<Way> ways, Duration time) {
    return lasting -> {
      ways.forEach(Way::swallow);
      try {
        lasting.last(time);
      } finally {
        ways.forEach(Way::pass);
      }
    };
  }

  /**
   * Holds all bytes and delivers them at the end, even if the sender has timed out. Applied to all
   * ways, this is a network partition that TCP connections survive.
   */
  public static Fault.Course hold(List<Way> ways, Duration time) {
    return lasting -> {
      ways.forEach(Way::hold);
      try {
        lasting.last(time);
      } finally {
        ways.forEach(Way::pass);
      }
    };
  }

  /** Delays all bytes; lasts for {@code time} plus one delay. */
  public static Fault.Course delay(List<Way> ways, Duration delay, Duration time) {
    return lasting -> {
      ways.forEach(way -> way.delay(delay));
      try {
        lasting.last(delay.plus(time));
      } finally {
        ways.forEach(way -> way.delay(Duration.ZERO));
      }
    };
  }

  /** Resets all connections repeatedly. */
  public static Fault.Course cut(List<TcpProxy> proxies, int times, Duration between) {
    return lasting -> {
      for (int i = 0; i < times; i++) {
        proxies.forEach(TcpProxy::cut);
        lasting.last(between);
      }
    };
  }
}
