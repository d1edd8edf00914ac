package io.petacore.it.etcd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A self-signed certificate for 127.0.0.1 and its key, generated with keytool of the JDK.
 *
 * @param certificate PEM
 * @param key PEM, PKCS #8, not encrypted
 * @param unrelated PEM, a certificate that is unrelated to the server's
 */
public record TlsFiles(Path certificate, Path key, Path unrelated) {

  private static final String PASSWORD = "changeit";
  private static final String ALIAS = "server";

  /** Generates the files in a directory. */
  static TlsFiles create(Path directory) {
    try {
      KeyStore server = generate(directory.resolve("server.p12"));
      KeyStore unrelated = generate(directory.resolve("unrelated.p12"));
      return new TlsFiles(
          pem(directory.resolve("server.crt"), "CERTIFICATE", encodedCertificate(server)),
          pem(directory.resolve("server.key"), "PRIVATE KEY", encodedKey(server)),
          pem(directory.resolve("unrelated.crt"), "CERTIFICATE", encodedCertificate(unrelated)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore generate(Path store) throws IOException, GeneralSecurityException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            ALIAS,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=PetaCore test",
            "-ext",
            "san=ip:127.0.0.1,dns:localhost",
            "-validity",
            "2",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD);
    Process keytool = new ProcessBuilder(command).inheritIO().start();
    try {
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException("keytool failed: " + command);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static byte[] encodedCertificate(KeyStore keys) throws GeneralSecurityException {
    Certificate certificate = keys.getCertificate(ALIAS);
    return certificate.getEncoded();
  }

  private static byte[] encodedKey(KeyStore keys) throws GeneralSecurityException {
    return keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
  }

  private static Path pem(Path file, String label, byte[] der) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        file,
        "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n",
        US_ASCII);
  }

  /** Returns a context that trusts only the server. */
  SSLContext sslContext() {
    try (InputStream in = Files.newInputStream(certificate)) {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(
          ALIAS, CertificateFactory.getInstance("X.509").generateCertificate(in));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
