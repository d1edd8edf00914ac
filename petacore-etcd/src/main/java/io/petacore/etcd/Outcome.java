package io.petacore.etcd;

import io.grpc.Status;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.util.stream.Collectors;

/**
 * Derives from the failure of a request whether it was applied.
 *
 * <p>A request is reported as not applied only if etcd rejects it before applying it, or if it was
 * not sent. All other failures leave a commit in-doubt: most {@code UNAVAILABLE} failures of etcd
 * ("request timed out", "leader changed") occur after the proposal.
 */
final class Outcome {

  private static final String NO_LEADER = "etcdserver: no leader";
  private static final String NOT_FOR_LEARNER = "etcdserver: rpc not supported for learner";
  private static final String NO_USER = "etcdserver: user name is empty";
  private static final String TOO_MANY_REQUESTS = "etcdserver: too many requests";
  private static final String LEASE_NOT_FOUND = "etcdserver: requested lease not found";
  private static final String COMPACTED = "required revision has been compacted";
  private static final String FUTURE_REVISION = "required revision is a future revision";

  /** Message of the server for a request above its limit. */
  private static final String REQUEST_TOO_LARGE = "received message larger than max";

  /** Message of gRPC for a response above the limit of the client; the request was applied. */
  private static final String RESPONSE_TOO_LARGE = "gRPC message exceeds maximum size";

  /** Message of the server for a response that cannot be sent, above 2 GiB. */
  private static final String RESPONSE_TOO_LARGE_TO_SEND = "trying to send message larger than max";

  private Outcome() {}

  /**
   * @param status the status of the call, not {@code OK}
   * @param sent whether a connection took the request
   */
  static Kind kind(Status status, Purpose purpose, boolean sent) {
    if (!sent) {
      return Kind.UNAVAILABLE;
    }
    String text = text(status);
    if (isRejectionByMember(text)) {
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
   * Whether a member rejected a request unexamined, since it is partitioned or a learner. Another
   * member may serve.
   */
  static boolean isRejectionByMember(Status status) {
    return isRejectionByMember(text(status));
  }

  /** Whether a member rejected a watch unexamined. */
  static boolean isRejectionByMember(String reason) {
    return reason.equals(NO_LEADER) || reason.equals(NOT_FOR_LEARNER);
  }

  /**
   * Whether the response is not from etcd. A gRPC server without the service has applied nothing;
   * for an HTTP intermediary that is not known.
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
    boolean tooLarge =
        text.contains(RESPONSE_TOO_LARGE) || text.contains(RESPONSE_TOO_LARGE_TO_SEND);
    if (tooLarge && purpose != Purpose.COMMIT) {
      return Kind.TOO_LARGE;
    }
    // Includes the NOSPACE alarm, whose first rejected request may have been applied.
    return inDoubt(purpose);
  }

  private static Kind inDoubt(Purpose purpose) {
    return purpose == Purpose.COMMIT ? Kind.OUTCOME_UNKNOWN : Kind.UNAVAILABLE;
  }

  /**
   * Returns the kind for a store that is being closed: unavailable becomes closed, others are
   * unchanged.
   */
  static Kind whenClosing(Kind kind) {
    return kind == Kind.UNAVAILABLE ? Kind.CLOSED : kind;
  }

  /** Creates the failure, with a message that states what is known. */
  static StoreException failure(String what, Kind kind, Status status) {
    String known =
        switch (kind) {
          case UNAVAILABLE -> "etcd is unavailable";
          case OUTCOME_UNKNOWN -> "no response from etcd; the outcome is unknown";
          case CLOSED -> "the store was closed";
          case MISCONFIGURED -> "the connection to etcd is misconfigured";
          case TOO_LARGE -> "the response exceeds the size limit";
          default -> "rejected by etcd";
        };
    return new StoreException(
        kind,
        what + ": " + known + ": " + status.getCode() + ": " + withoutStackTrace(text(status)),
        status.asRuntimeException());
  }

  /** Creates the failure of a request that was not sent, with the reason. */
  static StoreException noConnection(String what, Obstacle obstacle, Status status) {
    boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    return new StoreException(
        obstacle.kind(),
        what
            + (late ? ": no connection to etcd in time: " : ": no connection to etcd: ")
            + obstacle.reason(),
        obstacle.cause() == null ? status.asRuntimeException() : obstacle.cause());
  }

  /** Removes stack traces, which gRPC includes in messages about waiting for a connection. */
  private static String withoutStackTrace(String text) {
    return text.lines().filter(line -> !line.startsWith("\t")).collect(Collectors.joining(" "));
  }

  static String text(Status status) {
    String description = status.getDescription();
    return description == null ? "" : description;
  }
}
