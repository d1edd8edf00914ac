package io.petacore.it.fault;

import io.petacore.it.etcd.Member;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Faults of etcd servers. The victims are determined at injection, since the leader may change
 * before.
 */
public final class MemberFaults {

  private MemberFaults() {}

  /** Suspends the processes, with open connections, and resumes them. */
  public static Fault.Course stop(Supplier<List<Member>> victims, Duration time) {
    return lasting -> {
      List<Member> members = victims.get();
      members.forEach(Member::pause);
      try {
        lasting.last(time);
      } finally {
        members.forEach(Member::resume);
      }
    };
  }

  /** Kills the processes and restarts them together on their data directories. */
  public static Fault.Course kill(Supplier<List<Member>> victims, Duration time, Runnable started) {
    return lasting -> {
      List<Member> members = victims.get();
      members.forEach(Member::kill);
      try {
        lasting.last(time);
      } finally {
        members.forEach(Member::launch);
        started.run();
        members.forEach(Member::start);
      }
    };
  }
}
