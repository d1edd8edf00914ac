package io.petacore.etcd;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS files: trusted authorities, and the certificate of the client.
 *
 * @param trustedCertificates PEM file with trusted authorities; null for those of the JVM
 * @param certificateChain PEM file with the certificate chain of the client; null for none
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
   * Reads the files. They are read again for a new connection if they have changed.
   *
   * @throws IllegalArgumentException if a file is unusable
   */
  ChannelCredentials credentials() {
    TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
    if (trustedCertificates != null) {
      builder.trustManager(ReloadedManagers.trusting(trustedCertificates));
    }
    if (certificateChain != null && privateKey != null) {
      builder.keyManager(ReloadedManagers.showing(certificateChain, privateKey));
    }
    return builder.build();
  }
}
