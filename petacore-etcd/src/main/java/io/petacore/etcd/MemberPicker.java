package io.petacore.etcd;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the member for a request: of those that serve, the one that owes the fewest answers; of
 * equal ones any. So a member that hangs gets no more than its share of one moment. By turns, as
 * gRPC would do it, a third of all requests would go there, and two kinds of request that alternate
 * could meet the same member for ever. What the others have refused is not sent to a member that
 * says nothing: that would turn a certain failure into an unknown outcome.
 */
final class MemberPicker extends SubchannelPicker {

  /** A member that has a connection. */
  record Connected(Member member, Subchannel subchannel) {}

  private static final Status GONE =
      Status.UNAVAILABLE.withDescription("the member has no connection any more");

  private final List<Connected> members;

  /**
   * @param members not empty
   */
  MemberPicker(List<Connected> members) {
    this.members = members;
  }

  @Override
  public PickResult pickSubchannel(PickSubchannelArgs args) {
    Route route = args.getCallOptions().getOption(Route.KEY);
    Connected chosen = null;
    int candidates = 0;
    long least = Long.MAX_VALUE;
    int start = ThreadLocalRandom.current().nextInt(members.size());
    for (int i = 0; i < members.size(); i++) {
      Connected next = members.get((start + i) % members.size());
      if (route != null && !route.mayGoTo(next.member())) {
        continue;
      }
      candidates++;
      long burden = ((long) next.member().reluctance() << 32) + next.member().owed();
      if (burden < least) {
        least = burden;
        chosen = next;
      }
    }
    Status refusal = route == null ? null : route.refusal();
    if (chosen == null) {
      return PickResult.withDrop(refusal == null ? GONE : refusal);
    }
    if (refusal != null && chosen.member().isMute()) {
      // That it was not applied is certain now, and would not be any more.
      return PickResult.withDrop(refusal);
    }
    if (route != null) {
      route.goesTo(chosen.member(), candidates > 1);
    }
    boolean unary = args.getMethodDescriptor().getType() == MethodType.UNARY;
    return PickResult.withSubchannel(chosen.subchannel(), chosen.member().follow(unary, route));
  }

  /** Of no member: requests wait, or fail at once where waiting does not help. */
  static SubchannelPicker heldUp(Obstacle obstacle, boolean connecting) {
    return new SubchannelPicker() {
      @Override
      public PickResult pickSubchannel(PickSubchannelArgs args) {
        @Nullable Route route = args.getCallOptions().getOption(Route.KEY);
        if (route != null) {
          route.isHeldUpBy(obstacle);
        }
        if (connecting) {
          return PickResult.withNoResult();
        }
        Status status =
            Status.UNAVAILABLE.withDescription(obstacle.reason()).withCause(obstacle.cause());
        return switch (obstacle.kind()) {
          case MISCONFIGURED -> PickResult.withDrop(status);
          default -> PickResult.withError(status);
        };
      }
    };
  }
}
