package io.petacore.it.fault;

import io.petacore.it.etcd.Member;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** What happens to etcd's servers. Who is hurt is asked for when it begins: the leader changes. */
public final class MemberFaults {

  private MemberFaults() {}

  /** They stand still, connections open, and go on. */
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

  /** They end as by a power cut, and are started again, together, on what they have written. */
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
