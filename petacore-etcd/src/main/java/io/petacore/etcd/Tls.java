package io.petacore.etcd;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Whom to trust, and who we are.
 *
 * @param trustedCertificates PEM file with the authorities to trust; null for those of the JVM
 * @param certificateChain PEM file with the client's certificate; null for none
 * @param privateKey PEM file with its key in PKCS#8; null for none
 */
record Tls(
    @Nullable Path trustedCertificates,
    @Nullable Path certificateChain,
    @Nullable Path privateKey) {

  boolean isDefault() {
    return trustedCertificates == null && certificateChain == null;
  }

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException if one can't be used
   */
  SslContext context() {
    SslContextBuilder builder = GrpcSslContexts.forClient();
    if (trustedCertificates != null) {
      Path file = readable(trustedCertificates);
      use(file, "trusted certificates", () -> builder.trustManager(file.toFile()));
    }
    if (certificateChain != null && privateKey != null) {
      Path chain = readable(certificateChain);
      Path key = readable(privateKey);
      use(
          key,
          "the private key of " + chain + "; it must be unencrypted PKCS#8 in PEM",
          () -> builder.keyManager(chain.toFile(), key.toFile()));
    }
    try {
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("TLS can't be set up: " + e.getMessage(), e);
    }
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException("can't read the file " + file);
    }
    return file;
  }

  private static void use(Path file, String as, Runnable step) {
    try {
      step.run();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("can't use " + file + " as " + as, e);
    }
  }
}
