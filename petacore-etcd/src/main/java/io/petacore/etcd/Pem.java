package io.petacore.etcd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Creates key and trust managers from the contents of PEM files. */
final class Pem {

  private static final Pattern PKCS_8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private Pem() {}

  /** Creates a trust manager for certificate authorities. */
  static X509ExtendedTrustManager trustManager(byte[] certificates)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = emptyStore();
    int count = 0;
    for (Certificate certificate : certificates(certificates)) {
      trusted.setCertificateEntry("trusted-" + ++count, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager usable) {
        return usable;
      }
    }
    throw new GeneralSecurityException("the JVM does not support X.509 trust managers");
  }

  /** Creates a key manager for a certificate chain and its key. */
  static X509ExtendedKeyManager keyManager(byte[] chain, byte[] key)
      throws GeneralSecurityException, IOException {
    Certificate[] certificates = certificates(chain).toArray(Certificate[]::new);
    PrivateKey privateKey = privateKey(key);
    requireMatching(certificates[0].getPublicKey(), privateKey);
    char[] password = new char[0];
    KeyStore own = emptyStore();
    own.setKeyEntry("client", privateKey, password, certificates);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(own, password);
    for (KeyManager manager : factory.getKeyManagers()) {
      if (manager instanceof X509ExtendedKeyManager usable) {
        return usable;
      }
    }
    throw new GeneralSecurityException("the JVM does not support X.509 key managers");
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(byte[] pem)
      throws GeneralSecurityException {
    Collection<? extends Certificate> certificates =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("the file has no certificate");
    }
    return certificates;
  }

  private static PrivateKey privateKey(byte[] pem) throws GeneralSecurityException {
    Matcher block = PKCS_8.matcher(new String(pem, US_ASCII));
    if (!block.find()) {
      throw new GeneralSecurityException("the key must be unencrypted PKCS#8 in PEM");
    }
    byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        // Try the next algorithm.
      }
    }
    throw new GeneralSecurityException(
        "the key must be unencrypted PKCS#8 in PEM, of one of the algorithms " + ALGORITHMS);
  }

  /** Verifies that key and certificate match, since two files are not replaced atomically. */
  private static void requireMatching(PublicKey publicKey, PrivateKey privateKey)
      throws GeneralSecurityException {
    String algorithm = privateKey.getAlgorithm();
    Signature signature =
        Signature.getInstance(
            switch (algorithm) {
              case "RSA" -> "SHA256withRSA";
              case "EC" -> "SHA256withECDSA";
              default -> algorithm;
            });
    byte[] probe = new byte[32];
    Arrays.fill(probe, (byte) 1);
    signature.initSign(privateKey);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(probe);
    if (!signature.verify(signed)) {
      throw new GeneralSecurityException("the key does not match the certificate");
    }
  }
}
