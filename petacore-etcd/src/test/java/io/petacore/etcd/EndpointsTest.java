package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings of a store and their validation. */
class EndpointsTest {

  @Test
  void endpointsMustBeAllHttpOrAllHttps() {
    assertFalse(Endpoints.parse(List.of("http://a:1", "HTTP://b")).tls());
    assertTrue(Endpoints.parse(List.of("https://a:1", "https://b/")).tls());
    assertThrows(
        IllegalArgumentException.class,
        () -> Endpoints.parse(List.of("http://a:1", "https://b:1")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1:2379",
        "localhost",
        "ftp://a:1",
        "http://",
        "http://a:1/path",
        "http://a:1?q",
        "http://u@a:1",
        "http://a b:1",
        "http://etcd_1:2379",
        "http://a:0",
        "http://a:65536",
        "http://a:70000"
      })
  void aMalformedEndpointIsReported(String endpoint) {
    IllegalArgumentException rejected =
        assertThrows(IllegalArgumentException.class, () -> EtcdKvStore.connect(endpoint));
    assertTrue(
        String.valueOf(rejected.getMessage()).contains("'" + endpoint + "'"),
        rejected.getMessage());
  }

  @Test
  void atLeastOneEndpointIsRequired() {
    assertThrows(IllegalArgumentException.class, EtcdKvStore::connect);
  }

  @Test
  void theTargetNamesEachHostOnceAndEncodesIpv6() {
    Endpoints endpoints =
        Endpoints.parse(List.of("http://a:1", "http://[::1]:2", "http://a:1", "http://b"));
    assertEquals(
        "petacore-etcd:///a:1,%5B::1%5D:2,b:2379", EndpointResolver.target(endpoints.uris()));
  }

  @Test
  void limitsAndTimeoutsMustBePositive() {
    EtcdKvStore.Builder builder = EtcdKvStore.builder();
    assertThrows(IllegalArgumentException.class, () -> builder.requestTimeout(Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class, () -> builder.connectTimeout(Duration.ofMillis(-1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> builder.keepAlive(Duration.ofDays(2), Duration.ofSeconds(1)));
    assertThrows(IllegalArgumentException.class, () -> builder.maxTxnOps(0));
    assertThrows(IllegalArgumentException.class, () -> builder.maxRequestBytes(-1));
  }

  @Test
  void tlsFilesMustBeUsable(@TempDir Path directory) throws Exception {
    Path absent = directory.resolve("absent.pem");
    Path nonsense = Files.writeString(directory.resolve("nonsense.pem"), "nonsense");
    assertRejected(
        EtcdKvStore.builder().endpoints("https://a:1").trustedCertificates(absent), absent);
    assertRejected(
        EtcdKvStore.builder().endpoints("https://a:1").trustedCertificates(nonsense), nonsense);
    assertRejected(
        EtcdKvStore.builder().endpoints("https://a:1").clientCertificate(nonsense, nonsense),
        nonsense);
  }

  private static void assertRejected(EtcdKvStore.Builder builder, Path file) {
    IllegalArgumentException rejected =
        assertThrows(IllegalArgumentException.class, builder::connect);
    assertTrue(
        String.valueOf(rejected.getMessage()).contains(file.toString()), rejected.getMessage());
  }

  @Test
  void tlsFilesWithHttpEndpointsAreRejected(@TempDir Path directory) {
    EtcdKvStore.Builder builder =
        EtcdKvStore.builder()
            .endpoints("http://a:1")
            .trustedCertificates(directory.resolve("ca.pem"));
    assertThrows(IllegalArgumentException.class, builder::connect);
  }
}
