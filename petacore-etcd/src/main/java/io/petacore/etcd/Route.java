package io.petacore.etcd;

import io.grpc.CallOptions;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The route of one request, recorded by the picker: the member to which it was sent, or why it was
 * not sent. A request that a member rejects unexamined may be sent to another member, but not twice
 * to the same.
 *
 * <p>Written by one attempt at a time, on the thread that picks; read after the attempt.
 */
final class Route {

  static final CallOptions.Key<Route> KEY = CallOptions.Key.create("petacore-route");

  private final Runnable onHang;

  /** The only allowed member; null for any. */
  private final @Nullable Member only;

  private final List<Member> rejecting = new CopyOnWriteArrayList<>();
  private volatile @Nullable Member member;
  private volatile @Nullable String memberName;
  private volatile boolean others;
  private volatile @Nullable Status rejection;
  private volatile @Nullable Obstacle obstacle;

  Route() {
    this(() -> {}, null);
  }

  /**
   * @param onHang is run when the member of a stream hangs, on a thread of the store
   */
  Route(Runnable onHang) {
    this(onHang, null);
  }

  private Route(Runnable onHang, @Nullable Member only) {
    this.onHang = onHang;
    this.only = only;
  }

  /** Creates the route of a probe to one member. */
  static Route only(Member member) {
    return new Route(() -> {}, member);
  }

  boolean isProbe() {
    return only != null;
  }

  boolean mayGoTo(Member candidate) {
    return only == null ? !rejecting.contains(candidate) : candidate == only;
  }

  void memberHangs() {
    onHang.run();
  }

  /**
   * Records the picked member.
   *
   * @param hasOthers whether other members were available
   */
  void goesTo(Member chosen, boolean hasOthers) {
    member = chosen;
    memberName = chosen.name();
    others = hasOthers;
    obstacle = null;
  }

  /** Records why the request waits or fails. */
  void isBlockedBy(Obstacle reason) {
    obstacle = reason;
  }

  /** Why the request waits; null if it does not or the reason is unknown. */
  @Nullable Obstacle obstacle() {
    return obstacle;
  }

  /** Avoids the picked member for a while, since it is silent. */
  void avoid() {
    Member last = member;
    if (last != null) {
      last.avoidForAWhile();
    }
  }

  /**
   * Records that the picked member rejected the request unexamined.
   *
   * @return whether another member is available
   */
  boolean rejected(Status status) {
    Member by = member;
    if (by == null) {
      return false;
    }
    by.rejects();
    rejecting.add(by);
    rejection = status;
    member = null;
    return others;
  }

  /** The last rejection; null for none. */
  @Nullable Status rejection() {
    return rejection;
  }

  /** The name of the last picked member; null for none. */
  @Nullable String memberName() {
    return memberName;
  }
}
