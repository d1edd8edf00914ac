package io.petacore.etcd;

import io.grpc.CallOptions;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The way of one request to a member, told by the picker: which member it went to, or why it has
 * not gone to any yet. A request that a member refuses as such may go to another one; it never goes
 * twice to the same.
 *
 * <p>Written by one sending at a time, on the thread that picks; read when that has ended.
 */
final class Route {

  static final CallOptions.Key<Route> KEY = CallOptions.Key.create("petacore-route");

  private final Runnable onHung;

  /** The one member that it may go to; null for any. */
  private final @Nullable Member only;

  private final List<Member> refusing = new CopyOnWriteArrayList<>();
  private volatile @Nullable Member member;
  private volatile @Nullable String memberName;
  private volatile boolean others;
  private volatile @Nullable Status refusal;
  private volatile @Nullable Obstacle obstacle;

  Route() {
    this(() -> {}, null);
  }

  /**
   * @param onHung is run, for a stream, when its member is found to hang; on a thread of the store
   */
  Route(Runnable onHung) {
    this(onHung, null);
  }

  private Route(Runnable onHung, @Nullable Member only) {
    this.onHung = onHung;
    this.only = only;
  }

  /** The way of a request that only asks for a sign of life of one member. */
  static Route only(Member member) {
    return new Route(() -> {}, member);
  }

  boolean isProbe() {
    return only != null;
  }

  boolean mayGoTo(Member candidate) {
    return only == null ? !refusing.contains(candidate) : candidate == only;
  }

  void memberHangs() {
    onHung.run();
  }

  /** It goes to this member; there are others that it could have gone to. */
  void goesTo(Member chosen, boolean hasOthers) {
    member = chosen;
    memberName = chosen.name();
    others = hasOthers;
    obstacle = null;
  }

  /** It has to wait, or can't go. */
  void isHeldUpBy(Obstacle reason) {
    obstacle = reason;
  }

  /** What holds it up; null where nothing does, or nobody knows yet. */
  @Nullable Obstacle obstacle() {
    return obstacle;
  }

  /** The member that it went to is silent. */
  void avoid() {
    Member last = member;
    if (last != null) {
      last.avoidForAWhile();
    }
  }

  /**
   * The member has refused it, whatever it asks for, and done nothing.
   *
   * @return whether there is another member to ask
   */
  boolean refused(Status status) {
    Member by = member;
    if (by == null) {
      return false;
    }
    by.refuses();
    refusing.add(by);
    refusal = status;
    member = null;
    return others;
  }

  /** How the last member has refused it; null if none has. */
  @Nullable Status refusal() {
    return refusal;
  }

  /** The name of the member that it went to last; null if it went to none. */
  @Nullable String memberName() {
    return memberName;
  }
}
