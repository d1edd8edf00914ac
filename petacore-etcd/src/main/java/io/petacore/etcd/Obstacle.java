package io.petacore.etcd;

import io.grpc.Status;
import io.petacore.store.StoreException.Kind;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What keeps requests from a connection.
 *
 * @param kind {@link Kind#MISCONFIGURED} where waiting does not mend it, else {@link
 *     Kind#UNAVAILABLE}
 * @param reason in words; names the endpoint
 * @param cause null if there is none
 */
record Obstacle(Kind kind, String reason, @Nullable Throwable cause) {

  /** The first bytes of an answer in HTTP/1, {@code HTTP}, and of a TLS alert, as gRPC shows. */
  private static final String HTTP_1 = "Hex dump for first 5 bytes: 48545450";

  private static final String TLS_ALERT = "Hex dump for first 5 bytes: 1503";

  /** What stands in the way of a call for which nothing has failed yet. */
  static Obstacle waiting(String reason) {
    return new Obstacle(Kind.UNAVAILABLE, reason, null);
  }

  /**
   * The obstacle that several make: one that waiting does not mend only if all are.
   *
   * @param several not empty
   */
  static Obstacle of(List<Obstacle> several) {
    boolean misconfigured = several.stream().allMatch(o -> o.kind == Kind.MISCONFIGURED);
    return new Obstacle(
        misconfigured ? Kind.MISCONFIGURED : Kind.UNAVAILABLE,
        several.stream().map(Obstacle::reason).distinct().collect(Collectors.joining("; ")),
        several.stream()
            .map(Obstacle::cause)
            .filter(cause -> cause != null)
            .findFirst()
            .orElse(null));
  }

  /** Why no connection to an endpoint could be made, or why one was lost. */
  static Obstacle of(String endpoint, Status status) {
    String lost = misconfiguration(status);
    if (lost != null) {
      return new Obstacle(Kind.MISCONFIGURED, endpoint + ": " + lost, status.getCause());
    }
    return new Obstacle(Kind.UNAVAILABLE, endpoint + ": " + reason(status), status.getCause());
  }

  /** What a person has to mend; null if it may pass by itself. */
  private static @Nullable String misconfiguration(Status status) {
    String text = Outcome.text(status);
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      // Netty's own exception, whose package depends on how gRPC was packed.
      if (cause.getClass().getSimpleName().equals("NotSslRecordException")) {
        return "the server does not speak TLS; is the endpoint http?";
      }
      if (cause instanceof CertificateException
          || cause instanceof java.security.cert.CertPathValidatorException
          || cause instanceof java.security.cert.CertPathBuilderException) {
        return "the server's certificate is not accepted: " + deepest(cause);
      }
      if (message.contains("fatal alert: ") && isAboutCertificates(message)) {
        return "the server does not accept the client's certificate: " + message;
      }
      text += " " + message;
    }
    if (text.contains(HTTP_1)) {
      return "this is an HTTP server, not etcd; or it speaks TLS, and the endpoint must be https";
    }
    if (text.contains(TLS_ALERT)) {
      return "the server speaks TLS; the endpoint must be https";
    }
    return null;
  }

  /** Whether nothing tells why there is no connection, but that the server has closed it. */
  static boolean isUnexplained(Status status) {
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof java.net.SocketException) {
        return false;
      }
    }
    return misconfiguration(status) == null;
  }

  private static boolean isAboutCertificates(String alert) {
    return alert.contains("certificate")
        || alert.contains("unknown_ca")
        || alert.contains("access_denied");
  }

  private static String deepest(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage());
  }

  private static String reason(Status status) {
    Throwable cause = status.getCause();
    String text = Outcome.text(status);
    return cause == null ? text : text + ": " + deepest(cause);
  }
}
