package io.petacore.etcd;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.nio.file.Path;
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
   * Reads the files. They are read again when they have changed and a connection is made.
   *
   * @throws IllegalArgumentException if one can't be used
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
