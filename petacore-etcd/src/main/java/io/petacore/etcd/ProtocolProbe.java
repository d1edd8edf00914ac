package io.petacore.etcd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Determines why a server closes new connections without a message: etcd does so if only one side
 * uses TLS. So this tries the other protocol on a separate connection without a request.
 */
final class ProtocolProbe {

  /** The HTTP/2 connection preface with empty settings. */
  private static final String GREETING = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

  /** A frame header has 9 bytes; the fourth is the type, 4 for settings. */
  private static final int HEADER_BYTES = 9;

  private static final int TYPE_INDEX = 3;
  private static final int SETTINGS = 4;

  private ProtocolProbe() {}

  /**
   * Describes the configuration error; null if there is none. Blocks.
   *
   * @param tls whether this client uses TLS
   */
  static @Nullable String misconfiguration(InetSocketAddress address, boolean tls, Duration bound) {
    int millis = Math.toIntExact(bound.toMillis());
    if (tls) {
      return greetsInPlainText(address, millis)
          ? "the server does not speak TLS; the endpoint must be http"
          : null;
    }
    return speaksTls(address, millis) ? "the server speaks TLS; the endpoint must be https" : null;
  }

  private static boolean greetsInPlainText(InetSocketAddress address, int millis) {
    try (Socket socket = connect(address, millis)) {
      socket.getOutputStream().write(GREETING.getBytes(US_ASCII));
      byte[] header = socket.getInputStream().readNBytes(HEADER_BYTES);
      return header.length == HEADER_BYTES && header[TYPE_INDEX] == SETTINGS;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean speaksTls(InetSocketAddress address, int millis) {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    try (Socket plain = connect(address, millis);
        SSLSocket socket =
            (SSLSocket)
                factory.createSocket(
                    plain, address.getAddress().getHostAddress(), address.getPort(), true)) {
      socket.startHandshake();
      return true;
    } catch (SSLException e) {
      // An untrusted certificate or an alert shows that the server speaks TLS.
      return isAboutCertificates(e) || String.valueOf(e.getMessage()).contains("fatal alert");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isAboutCertificates(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException
          || cause instanceof CertPathBuilderException
          || cause instanceof CertPathValidatorException) {
        return true;
      }
    }
    return false;
  }

  private static Socket connect(InetSocketAddress address, int millis) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(address, millis);
      socket.setSoTimeout(millis);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
