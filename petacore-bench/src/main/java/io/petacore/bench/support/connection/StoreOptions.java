package io.petacore.bench.support.connection;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.bench.support.console.Bounds;
import io.petacore.bench.support.console.Verbosity;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Command-line options for the connection to a store; TLS options are named as in etcdctl. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class StoreOptions {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--etcd",
      split = ",",
      paramLabel = "ENDPOINT",
      description =
          "Endpoints of the etcd cluster, e.g. 127.0.0.1:2379 (default: a store in memory).")
  private List<String> endpoints = List.of();

  @Option(
      names = "--namespace",
      paramLabel = "PREFIX",
      description = "Prefix of all keys in the store, ending in a delimiter, e.g. shop/")
  private @Nullable String namespace;

  @Option(names = "--user", paramLabel = "NAME", description = "Name of the etcd user.")
  private @Nullable String user;

  @Option(
      names = "--password",
      paramLabel = "PASSWORD",
      arity = "0..1",
      interactive = true,
      description = "Password of the etcd user; prompted for if no value is given.")
  private @Nullable String password;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Trusted CA certificates (PEM); enables TLS.")
  private @Nullable Path authorities;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "Client certificate (PEM); requires --key.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "Private key of the client certificate (PEM, PKCS#8); requires --cert.")
  private @Nullable Path privateKey;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "Timeout of connecting and of the initial load, in seconds (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Option(
      names = {"-v", "--verbose"},
      description =
          "Logs to standard error at level info and shows stack traces; -vv: level debug.")
  void verbose(boolean[] times) {
    Verbosity.set(times.length);
  }

  /** Whether {@code --etcd} was given; otherwise the store is in memory. */
  public boolean isRemote() {
    return !endpoints.isEmpty();
  }

  /** The value of {@code --namespace}; null if it was not given. */
  public @Nullable Namespace namespaceIfGiven() {
    return namespace == null ? null : requireDelimiter(namespace);
  }

  /**
   * The value of {@code --namespace}. It defaults to the empty namespace in memory; with etcd it is
   * required, because opening a namespace excludes all that overlap with it, and the empty one
   * overlaps with every other.
   *
   * @throws ParameterException if it is required and missing
   */
  public Namespace namespace() {
    if (namespace == null && isRemote()) {
      throw new ParameterException(
          spec.commandLine(),
          "--etcd needs a --namespace, e.g. --namespace shop/"
              + " (--namespace \"\" is the whole cluster)");
    }
    return requireDelimiter(namespace == null ? "" : namespace);
  }

  /** Without a delimiter, the prefix {@code book} would include the keys of {@code bookshop/}. */
  private Namespace requireDelimiter(String name) {
    boolean delimited = name.isEmpty() || name.matches("(?s).*\\p{Punct}");
    if (!delimited) {
      throw new ParameterException(
          spec.commandLine(),
          "--namespace must end in a delimiter, e.g. --namespace " + name + "/, not: " + name);
    }
    return new Namespace(name);
  }

  /**
   * Returns the store that the options specify, without connecting to it.
   *
   * @throws ParameterException if the options contradict each other
   */
  public Stores stores() {
    new Bounds(spec.commandLine()).check("--timeout", timeoutSeconds, 1, 3600);
    requireTogether("--cert", certificate, "--key", privateKey);
    requireTogether("--user", user, "--password", password);
    if (!isRemote()) {
      requireRemote("--user", user);
      requireRemote("--cacert", authorities);
      requireRemote("--cert", certificate);
      return Stores.embedded();
    }
    List<String> addresses = addresses();
    return Stores.remote(
        "etcd at " + String.join(", ", addresses),
        () -> connect(addresses),
        Duration.ofSeconds(timeoutSeconds));
  }

  /** The endpoints, each with a scheme. */
  public List<String> addresses() {
    return endpoints.stream().map(this::withScheme).toList();
  }

  /** Returns a builder for a storage, configured by the options. */
  public StorageBuilder storage(KvStore store, Namespace within) {
    return DistributedStorage.builder(store)
        .namespace(within.name())
        .openTimeout(Duration.ofSeconds(timeoutSeconds));
  }

  private KvStore connect(List<String> addresses) {
    EtcdKvStore.Builder builder = EtcdKvStore.builder().endpoints(addresses.toArray(String[]::new));
    if (user != null && password != null) {
      builder.credentials(user, password);
    }
    if (authorities != null) {
      builder.trustedCertificates(authorities);
    }
    if (certificate != null && privateKey != null) {
      builder.clientCertificate(certificate, privateKey);
    }
    return builder.connect();
  }

  private String withScheme(String endpoint) {
    String address = endpoint.strip();
    if (address.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--etcd has an empty endpoint; expected HOST:PORT,HOST:PORT,...");
    }
    if (address.contains("://")) {
      return address;
    }
    boolean tls = authorities != null || certificate != null;
    return (tls ? "https://" : "http://") + address;
  }

  private void requireTogether(
      String one, @Nullable Object first, String other, @Nullable Object second) {
    if ((first == null) != (second == null)) {
      throw new ParameterException(
          spec.commandLine(), one + " and " + other + " must be given together");
    }
  }

  private void requireRemote(String option, @Nullable Object value) {
    if (value != null) {
      throw new ParameterException(spec.commandLine(), option + " requires --etcd");
    }
  }
}
