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
 * Picks the member for a request: the serving member with the fewest pending requests; a random one
 * of several. So a member that hangs gets few requests. With round-robin, the default of gRPC, it
 * would get its full share, and two kinds of requests that alternate could always reach the same
 * member. A request that other members have rejected is not sent to a silent member, since then its
 * outcome would be unknown.
 */
final class MemberPicker extends SubchannelPicker {

  /** A connected member. */
  record Connected(Member member, Subchannel subchannel) {}

  private static final Status GONE =
      Status.UNAVAILABLE.withDescription("the member is no longer connected");

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
      long cost = ((long) next.member().penalty() << 32) + next.member().pending();
      if (cost < least) {
        least = cost;
        chosen = next;
      }
    }
    Status rejection = route == null ? null : route.rejection();
    if (chosen == null) {
      return PickResult.withDrop(rejection == null ? GONE : rejection);
    }
    if (rejection != null && chosen.member().isUnresponsive()) {
      // It is known not to have been applied; another attempt could change that.
      return PickResult.withDrop(rejection);
    }
    if (route != null) {
      route.goesTo(chosen.member(), candidates > 1);
    }
    boolean unary = args.getMethodDescriptor().getType() == MethodType.UNARY;
    return PickResult.withSubchannel(chosen.subchannel(), chosen.member().trace(unary, route));
  }

  /** Returns a picker without members: requests wait, or fail at once if waiting does not help. */
  static SubchannelPicker unavailable(Obstacle obstacle, boolean connecting) {
    return new SubchannelPicker() {
      @Override
      public PickResult pickSubchannel(PickSubchannelArgs args) {
        @Nullable Route route = args.getCallOptions().getOption(Route.KEY);
        if (route != null) {
          route.isBlockedBy(obstacle);
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
