package io.petacore.spring;

import io.petacore.etcd.EtcdKvStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Applies the properties of the connection to etcd. */
final class EtcdSettings {
  private EtcdSettings() {}

  static void apply(PetaCoreProperties.Etcd etcd, EtcdKvStore.Builder builder) {
    builder.endpoints(etcd.getEndpoints().toArray(String[]::new));
    builder.requestTimeout(etcd.getRequestTimeout());
    String username = etcd.getUsername();
    String password = etcd.getPassword();
    requireTogether("username", username, "password", password);
    if (username != null && password != null) {
      builder.credentials(username, password);
    }
    Path trusted = etcd.getTrustedCertificates();
    if (trusted != null) {
      builder.trustedCertificates(trusted);
    }
    Path certificate = etcd.getClientCertificate();
    Path key = etcd.getClientKey();
    requireTogether("client-certificate", certificate, "client-key", key);
    if (certificate != null && key != null) {
      builder.clientCertificate(certificate, key);
    }
    String authority = etcd.getAuthority();
    if (authority != null) {
      builder.authority(authority);
    }
  }

  private static void requireTogether(
      String one, @Nullable Object first, String other, @Nullable Object second) {
    if ((first == null) != (second == null)) {
      throw new IllegalArgumentException(
          "petacore.etcd." + one + " and petacore.etcd." + other + " must be set together");
    }
  }
}
