package io.petacore.etcd;

import java.net.Socket;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Key and trust managers that reload changed files at each handshake. */
final class ReloadedManagers {

  private ReloadedManagers() {}

  /**
   * @throws IllegalArgumentException if the file is unusable
   */
  static X509ExtendedTrustManager trusting(Path certificates) {
    return new Trust(
        new Reloaded<>(
            "trusted certificates",
            List.of(certificates),
            contents -> Pem.trustManager(contents.get(0))));
  }

  /**
   * @throws IllegalArgumentException if a file is unusable
   */
  static X509ExtendedKeyManager showing(Path chain, Path key) {
    return new Keys(
        new Reloaded<>(
            "certificate chain and private key",
            List.of(chain, key),
            contents -> Pem.keyManager(contents.get(0), contents.get(1))));
  }

  private static final class Trust extends X509ExtendedTrustManager {
    private final Reloaded<X509ExtendedTrustManager> files;

    Trust(Reloaded<X509ExtendedTrustManager> files) {
      this.files = files;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      files.current().checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      files.current().checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      files.current().checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      files.current().checkClientTrusted(chain, type, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      files.current().checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      files.current().checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return files.last().getAcceptedIssuers();
    }
  }

  /** Reloads the files when a handshake requests an alias, so that chain and key match. */
  private static final class Keys extends X509ExtendedKeyManager {
    private final Reloaded<X509ExtendedKeyManager> files;

    Keys(Reloaded<X509ExtendedKeyManager> files) {
      this.files = files;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
      return files.current().chooseEngineClientAlias(keyTypes, issuers, engine);
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
      return files.current().chooseClientAlias(keyTypes, issuers, socket);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
      return null;
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, Socket socket) {
      return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return files.last().getClientAliases(keyType, issuers);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
      return files.last().getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
      return files.last().getPrivateKey(alias);
    }
  }
}
