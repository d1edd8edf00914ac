package io.petacore.etcd;

import io.grpc.Status;
import io.petacore.store.StoreException.Kind;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The reason why there is no connection.
 *
 * @param kind {@link Kind#MISCONFIGURED} if it does not resolve itself, else {@link
 *     Kind#UNAVAILABLE}
 * @param reason description that names the endpoint
 * @param cause null for none
 */
record Obstacle(Kind kind, String reason, @Nullable Throwable cause) {

  /**
   * The first bytes of an HTTP/1 response, {@code HTTP}, and of a TLS alert, in messages of gRPC.
   */
  private static final String HTTP_1 = "Hex dump for first 5 bytes: 48545450";

  private static final String TLS_ALERT = "Hex dump for first 5 bytes: 1503";

  /** Creates an obstacle for calls that wait, before any failure. */
  static Obstacle waiting(String reason) {
    return new Obstacle(Kind.UNAVAILABLE, reason, null);
  }

  /**
   * Combines several obstacles; the result is misconfigured only if all are.
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

  /** Creates an obstacle from the status of a failed or lost connection. */
  static Obstacle of(String endpoint, Status status) {
    String lost = misconfiguration(status);
    if (lost != null) {
      return new Obstacle(Kind.MISCONFIGURED, endpoint + ": " + lost, status.getCause());
    }
    return new Obstacle(Kind.UNAVAILABLE, endpoint + ": " + reason(status), status.getCause());
  }

  /** Describes a configuration error; null if the status shows none. */
  private static @Nullable String misconfiguration(Status status) {
    String text = Outcome.text(status);
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      // An exception of Netty, whose package depends on shading.
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

  /** Whether the status only shows that the server closed the connection. */
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
