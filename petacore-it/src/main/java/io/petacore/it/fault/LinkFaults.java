package io.petacore.it.fault;

import io.petacore.it.proxy.TcpProxy;
import io.petacore.it.proxy.Way;
import java.time.Duration;
import java.util.List;

/** What happens on networks. */
public final class LinkFaults {

  private LinkFaults() {}

  /** What is sent is lost; connections that have lost something are reset in the end. */
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
   * What is sent arrives in the end, all at once, though its sender has long given it up: a
   * partition, if it is done to all ways, as TCP lives through it.
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

  /** What is sent takes longer; for a while after the last of it has been sent. */
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

  /** Connections are reset, again and again. */
  public static Fault.Course cut(List<TcpProxy> proxies, int times, Duration between) {
    return lasting -> {
      for (int i = 0; i < times; i++) {
        proxies.forEach(TcpProxy::cut);
        lasting.last(between);
      }
    };
  }
}
