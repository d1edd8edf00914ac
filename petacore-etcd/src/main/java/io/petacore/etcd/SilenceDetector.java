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
 * Detects members that hang before a request to them times out.
 *
 * <p>A slow response does not identify the member at fault: a follower waits for a leader that
 * hangs, while the leader has no pending requests of this client and so looks best to the picker.
 * So when a member is silent with pending requests, all connected members are probed for their
 * status, which they return from memory. A member that does not respond within a second, while
 * another one does, hangs.
 *
 * <p>Checks ten times a second while requests are pending; otherwise no timer runs. Thread-safe.
 */
final class SilenceDetector {

  private static final Duration PERIOD = Duration.ofMillis(100);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

  private final Connection connection;
  private final AtomicBoolean checking = new AtomicBoolean();
  private volatile List<Member> connected = List.of();

  SilenceDetector(Connection connection) {
    this.connection = connection;
  }

  /** Sets the connected members. */
  void connected(List<Member> members) {
    connected = List.copyOf(members);
  }

  /** A request was sent, or is pending. */
  void requestSent() {
    if (!checking.get() && checking.compareAndSet(false, true)) {
      checkLater();
    }
  }

  private void checkLater() {
    try {
      var unused = connection.schedule(this::check, PERIOD);
    } catch (RejectedExecutionException e) {
      // The store is closed.
    }
  }

  private void check() {
    checking.set(false); // first, so that the next request starts it again whatever fails here
    List<Member> members = connected;
    if (members.size() > 1 && members.stream().anyMatch(Member::isSilent)) {
      members.forEach(this::probe);
    }
    if (isAnyPending(members)) {
      requestSent();
    }
  }

  private static boolean isAnyPending(List<Member> members) {
    return members.stream().anyMatch(member -> member.pending() > 0);
  }

  private void probe(Member member) {
    if (!member.beginProbe()) {
      return;
    }
    CallOptions options =
        CallOptions.DEFAULT
            .withDeadlineAfter(PROBE_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)
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

  /** Any response counts, including an error. */
  private final class Probe extends ClientCall.Listener<StatusResponse> {
    private final Member member;
    private final long startedAt;

    Probe(Member member) {
      this.member = member;
      this.startedAt = member.now();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      member.endProbe();
      boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
      if (late && !member.wasHeardSince(startedAt) && didAnotherRespond()) {
        member.hangs();
      }
    }

    private boolean didAnotherRespond() {
      return connected.stream()
          .anyMatch(other -> other != member && other.wasHeardSince(startedAt));
    }
  }
}
