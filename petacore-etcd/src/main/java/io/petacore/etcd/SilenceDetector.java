package io.petacore.etcd;

import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds members that hang, before a request runs out of time there.
 *
 * <p>A member that answers late need not be the one at fault: a follower waits for a leader that
 * hangs, while the leader owes this client nothing, and so looks like the best one to ask. So as
 * soon as one is silent about an answer that it owes, every connected member is asked for its
 * status, which it gives from its own memory. A member that does not answer within a second,
 * although another one was heard meanwhile, hangs.
 *
 * <p>While requests are under way it looks ten times a second; without any it has no timer. Safe
 * for use by many threads.
 */
final class SilenceDetector {

  private static final Duration PERIOD = Duration.ofMillis(100);
  private static final Duration PROBE_BOUND = Duration.ofSeconds(1);

  private final Connection connection;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile List<Member> connected = List.of();

  SilenceDetector(Connection connection) {
    this.connection = connection;
  }

  /** The members that have a connection now. */
  void connected(List<Member> members) {
    connected = List.copyOf(members);
  }

  /** A member owes an answer. */
  void requestSent() {
    if (!looking.get() && looking.compareAndSet(false, true)) {
      lookLater();
    }
  }

  private void lookLater() {
    try {
      var unused = connection.schedule(this::look, PERIOD);
    } catch (RejectedExecutionException e) {
      // The store is closed.
    }
  }

  private void look() {
    List<Member> members = connected;
    if (members.size() > 1 && members.stream().anyMatch(Member::isSilent)) {
      members.forEach(this::probe);
    }
    if (isAnyOwing(members)) {
      lookLater();
      return;
    }
    looking.set(false);
    if (isAnyOwing(members)) {
      requestSent(); // it was sent before that, and relied on this look
    }
  }

  private static boolean isAnyOwing(List<Member> members) {
    return members.stream().anyMatch(member -> member.owed() > 0);
  }

  private void probe(Member member) {
    if (!member.beginProbe()) {
      return;
    }
    CallOptions options =
        CallOptions.DEFAULT
            .withDeadlineAfter(PROBE_BOUND.toNanos(), TimeUnit.NANOSECONDS)
            .withOption(Route.KEY, Route.only(member));
    try {
      ClientCall<StatusRequest, StatusResponse> call =
          connection.newCall(MaintenanceGrpc.getStatusMethod(), options);
      call.start(new Probe(member), new Metadata());
      call.request(2);
      call.sendMessage(StatusRequest.getDefaultInstance());
      call.halfClose();
    } catch (RuntimeException e) {
      member.endProbe(); // the store is closed
    }
  }

  /** Whatever is the answer, it is one. */
  private final class Probe extends ClientCall.Listener<StatusResponse> {
    private final Member member;
    private final long begunAt;

    Probe(Member member) {
      this.member = member;
      this.begunAt = member.now();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      member.endProbe();
      boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
      if (late && !member.wasHeardSince(begunAt) && wasAnotherHeard()) {
        member.hangs();
      }
    }

    private boolean wasAnotherHeard() {
      return connected.stream().anyMatch(other -> other != member && other.wasHeardSince(begunAt));
    }
  }
}
