package io.petacore.etcd;

import static io.petacore.etcd.Awaited.PUT;
import static io.petacore.etcd.Awaited.answer;
import static io.petacore.etcd.Awaited.failure;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.Await;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with a certificate that requires client certificates. */
class TlsTest {

  private static final String PASSWORD = "changeit";

  @TempDir private static Path directory;

  private static Identity server;
  private static Identity client;
  private static StubEtcd etcd;

  /** A self-signed certificate and its key, in PEM files. */
  private record Identity(Path certificate, Path key) {

    static Identity create(String name) throws Exception {
      Path store = directory.resolve(name + ".p12");
      Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
      String arguments =
          "-genkeypair -alias it -keyalg EC -groupname secp256r1 -dname CN=%s"
              + " -ext san=ip:127.0.0.1,dns:localhost -validity 2 -storetype PKCS12 -storepass %s";
      List<String> command =
          new ArrayList<>(List.of(keytool.toString(), "-keystore", store.toString()));
      command.addAll(List.of(arguments.formatted(name, PASSWORD).split(" ")));
      assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD.toCharArray());
      }
      return new Identity(
          pem(name + ".crt", "CERTIFICATE", keys.getCertificate("it").getEncoded()),
          pem(
              name + ".key",
              "PRIVATE KEY",
              keys.getKey("it", PASSWORD.toCharArray()).getEncoded()));
    }

    private static Path pem(String file, String label, byte[] der) throws Exception {
      String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
      String text = "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
      return Files.writeString(directory.resolve(file), text, US_ASCII);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = Identity.create("server");
    client = Identity.create("client");
    SslContext tls =
        GrpcSslContexts.forServer(server.certificate().toFile(), server.key().toFile())
            .trustManager(client.certificate().toFile())
            .clientAuth(ClientAuth.REQUIRE)
            .build();
    etcd = new StubEtcd(0, tls);
  }

  @AfterAll
  static void stop() {
    etcd.close();
  }

  private static EtcdKvStore.Builder builder() {
    return EtcdKvStore.builder()
        .endpoints("https://127.0.0.1:" + etcd.port())
        .requestTimeout(Duration.ofSeconds(20))
        .trustedCertificates(server.certificate());
  }

  @Test
  void theRightClientCertificateIsAccepted() throws Exception {
    try (EtcdKvStore store =
        builder().clientCertificate(client.certificate(), client.key()).connect()) {
      answer(store.commit(PUT));
    }
  }

  @Test
  void aMissingOrDifferentClientCertificateIsRejected() throws Exception {
    try (EtcdKvStore none = builder().connect();
        EtcdKvStore wrong =
            builder().clientCertificate(server.certificate(), server.key()).connect()) {
      for (EtcdKvStore store : List.of(none, wrong)) {
        StoreException refused = failure(Kind.MISCONFIGURED, store.describe());
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("127.0.0.1:" + etcd.port()), message);
        assertTrue(message.contains("does not accept the client's certificate"), message);
      }
    }
  }

  /** The message must have the reason. */
  @Test
  void anUntrustedServerIsReported() throws Exception {
    try (EtcdKvStore store = builder().trustedCertificates(client.certificate()).connect()) {
      StoreException failure = failure(Kind.MISCONFIGURED, store.commit(PUT));
      String message = String.valueOf(failure.getMessage());
      assertTrue(message.contains("127.0.0.1:" + etcd.port()), message);
      assertTrue(message.contains("the server's certificate is not accepted"), message);
    }
  }

  private static void copy(Identity from, Identity to) throws Exception {
    Files.copy(from.certificate(), to.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(from.key(), to.key(), StandardCopyOption.REPLACE_EXISTING);
  }

  private static void assertRecovers(EtcdKvStore store) {
    Await.until(
        "a request succeeds",
        () -> store.range(Awaited.ALL).handle((page, failure) -> failure == null).join());
  }

  /** Certificates are renewed on disk before they expire. */
  @Test
  void aRenewedClientCertificateIsUsedForTheNextConnection() throws Exception {
    Identity files = new Identity(directory.resolve("own.crt"), directory.resolve("own.key"));
    copy(server, files);
    try (EtcdKvStore store =
        builder().clientCertificate(files.certificate(), files.key()).connect()) {
      failure(Kind.MISCONFIGURED, store.commit(PUT));
      copy(client, files);
      assertRecovers(store);
    }
  }

  @Test
  void renewedAuthoritiesAreTrustedForTheNextConnection() throws Exception {
    Path trusted = directory.resolve("trusted.crt");
    Files.copy(client.certificate(), trusted, StandardCopyOption.REPLACE_EXISTING);
    try (EtcdKvStore store =
        builder()
            .trustedCertificates(trusted)
            .clientCertificate(client.certificate(), client.key())
            .connect()) {
      failure(Kind.MISCONFIGURED, store.commit(PUT));
      Files.copy(server.certificate(), trusted, StandardCopyOption.REPLACE_EXISTING);
      assertRecovers(store);
    }
  }

  /** Two files are not replaced atomically, and one may be incomplete. */
  @Test
  void aPairThatDoesNotMatchIsNotUsed() throws Exception {
    Identity files = new Identity(directory.resolve("half.crt"), directory.resolve("half.key"));
    copy(client, files);
    Reloaded<String> pair =
        new Reloaded<>(
            "a pair",
            List.of(files.certificate(), files.key()),
            contents -> Pem.keyManager(contents.get(0), contents.get(1)).toString());
    String first = pair.current();
    assertEquals(first, pair.current(), "unchanged files");
    Files.copy(server.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
    assertEquals(first, pair.current(), "only the certificate was replaced");
    Files.writeString(files.key(), "-----BEGIN PRIVATE KEY-----\nMIG");
    assertEquals(first, pair.current(), "the key is incomplete");
    Files.delete(files.key());
    assertEquals(first, pair.current(), "the key is missing");
    copy(server, files);
    assertNotEquals(first, pair.current(), "both files were replaced");
  }

  @Test
  void anEncryptedOrUnrelatedKeyIsRejectedByTheBuilder() throws Exception {
    Path pkcs1 =
        Files.writeString(
            directory.resolve("pkcs1.key"),
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
            US_ASCII);
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> builder().clientCertificate(client.certificate(), pkcs1).connect());
    assertTrue(String.valueOf(refused.getMessage()).contains("PKCS#8"), refused.getMessage());
  }
}
