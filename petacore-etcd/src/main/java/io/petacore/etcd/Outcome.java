package io.petacore.etcd;

import io.grpc.Status;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.util.stream.Collectors;

/**
 * What the failure of a request says about its effect.
 *
 * <p>Not applied is claimed only where etcd refuses before it applies, or where the request never
 * reached a connection. Everything else leaves a commit in doubt: most of etcd's own {@code
 * UNAVAILABLE} ("request timed out", "leader changed") come after the proposal was made.
 */
final class Outcome {

  private static final String NO_LEADER = "etcdserver: no leader";
  private static final String NOT_FOR_LEARNER = "etcdserver: rpc not supported for learner";
  private static final String NO_USER = "etcdserver: user name is empty";
  private static final String TOO_MANY_REQUESTS = "etcdserver: too many requests";
  private static final String LEASE_NOT_FOUND = "etcdserver: requested lease not found";
  private static final String COMPACTED = "required revision has been compacted";
  private static final String FUTURE_REVISION = "required revision is a future revision";

  /** The server's words for a request over its limit. */
  private static final String REQUEST_TOO_LARGE = "received message larger than max";

  /**
   * gRPC's own words here for an answer over our limit: it was made, so the request was applied.
   */
  private static final String ANSWER_TOO_LARGE = "gRPC message exceeds maximum size";

  /** The server's words for an answer beyond what it can send at all, 2 GiB. */
  private static final String ANSWER_TOO_LARGE_TO_SEND = "trying to send message larger than max";

  private Outcome() {}

  /**
   * @param status how the call ended, not {@code OK}
   * @param sent whether it had reached a connection
   */
  static Kind kind(Status status, Purpose purpose, boolean sent) {
    if (!sent) {
      return Kind.UNAVAILABLE;
    }
    String text = text(status);
    if (isRefusalOfMember(text)) {
      return Kind.UNAVAILABLE;
    }
    if (text.equals(NO_USER) || isNotEtcd(status, purpose)) {
      return Kind.MISCONFIGURED;
    }
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, FAILED_PRECONDITION, PERMISSION_DENIED, UNAUTHENTICATED ->
          Kind.REJECTED;
      case NOT_FOUND -> text.equals(LEASE_NOT_FOUND) ? Kind.LEASE_NOT_FOUND : Kind.REJECTED;
      case OUT_OF_RANGE -> outOfRange(text);
      case RESOURCE_EXHAUSTED -> resourceExhausted(text, purpose);
      case UNKNOWN -> text.equals(TOO_MANY_REQUESTS) ? Kind.UNAVAILABLE : inDoubt(purpose);
      default -> inDoubt(purpose);
    };
  }

  /**
   * Whether a member refused a request before looking at it, since it can't serve any now: it is
   * cut off from the others, or a learner. Another one may serve.
   */
  static boolean isRefusalOfMember(Status status) {
    return isRefusalOfMember(text(status));
  }

  /** The same of the reason for which a watch was canceled. */
  static boolean isRefusalOfMember(String reason) {
    return reason.equals(NO_LEADER) || reason.equals(NOT_FOR_LEARNER);
  }

  /**
   * Whether it is no etcd that has answered. A gRPC server that does not know the service has done
   * nothing; of what stands between, which answers in HTTP only, that is not known.
   */
  private static boolean isNotEtcd(Status status, Purpose purpose) {
    String text = text(status);
    boolean unknownService =
        status.getCode() == Status.Code.UNIMPLEMENTED
            && (text.startsWith("unknown service ") || text.startsWith("unknown method "));
    boolean web =
        status.getCode() != Status.Code.UNAVAILABLE && text.contains("invalid content-type");
    return unknownService || (web && purpose != Purpose.COMMIT);
  }

  private static Kind outOfRange(String text) {
    if (text.contains(COMPACTED)) {
      return Kind.COMPACTED;
    }
    return text.contains(FUTURE_REVISION) ? Kind.FUTURE_REVISION : Kind.REJECTED;
  }

  private static Kind resourceExhausted(String text, Purpose purpose) {
    if (text.equals(TOO_MANY_REQUESTS)) {
      return Kind.UNAVAILABLE;
    }
    if (text.contains(REQUEST_TOO_LARGE)) {
      return Kind.REJECTED;
    }
    boolean tooLarge = text.contains(ANSWER_TOO_LARGE) || text.contains(ANSWER_TOO_LARGE_TO_SEND);
    if (tooLarge && purpose != Purpose.COMMIT) {
      return Kind.TOO_LARGE;
    }
    // Among them the space alarm: the first request that it refuses may have been applied.
    return inDoubt(purpose);
  }

  private static Kind inDoubt(Purpose purpose) {
    return purpose == Purpose.COMMIT ? Kind.OUTCOME_UNKNOWN : Kind.UNAVAILABLE;
  }

  /**
   * The same for a store that is being closed: what may have been applied stays in doubt, a refusal
   * stays one, and the rest was cut short by the close.
   */
  static Kind whenClosing(Kind kind) {
    return kind == Kind.UNAVAILABLE ? Kind.CLOSED : kind;
  }

  /** The failure in words, with what is known of it. */
  static StoreException failure(String what, Kind kind, Status status) {
    String known =
        switch (kind) {
          case UNAVAILABLE -> "etcd is unavailable";
          case OUTCOME_UNKNOWN -> "no answer from etcd says whether it was applied";
          case CLOSED -> "the store was closed";
          case MISCONFIGURED -> "etcd can't be used as it is configured";
          case TOO_LARGE -> "what etcd sends is more than is taken at once";
          default -> "etcd refused it";
        };
    return new StoreException(
        kind,
        what + ": " + known + ": " + status.getCode() + ": " + withoutStackTrace(text(status)),
        status.asRuntimeException());
  }

  /** The failure of a request that never got to a connection, with the reason. */
  static StoreException heldUp(String what, Obstacle obstacle, Status status) {
    boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    return new StoreException(
        obstacle.kind(),
        what
            + (late ? ": no connection to etcd in time: " : ": no connection to etcd: ")
            + obstacle.reason(),
        obstacle.cause() == null ? status.asRuntimeException() : obstacle.cause());
  }

  /** gRPC's account of a wait for a connection quotes the last failure with its whole trace. */
  private static String withoutStackTrace(String text) {
    return text.lines().filter(line -> !line.startsWith("\t")).collect(Collectors.joining(" "));
  }

  static String text(Status status) {
    String description = status.getDescription();
    return description == null ? "" : description;
  }
}
