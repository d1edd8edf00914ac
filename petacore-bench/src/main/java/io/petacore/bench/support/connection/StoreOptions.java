package io.petacore.bench.support.connection;

import io.petacore.DistributedStorage;
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

/** The options by which every command finds its store; the certificates' names are etcdctl's. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class StoreOptions {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--etcd",
      split = ",",
      paramLabel = "ENDPOINT",
      description = "Endpoints of the etcd cluster, e.g. 127.0.0.1:2379; without: in memory.")
  private List<String> endpoints = List.of();

  @Option(
      names = "--namespace",
      paramLabel = "PREFIX",
      description = "The prefix of all keys in the store, ending in a delimiter, e.g. shop/")
  private @Nullable String namespace;

  @Option(names = "--user", paramLabel = "NAME", description = "The etcd user.")
  private @Nullable String user;

  @Option(
      names = "--password",
      paramLabel = "PASSWORD",
      arity = "0..1",
      interactive = true,
      description = "The user's password; asked for where it is not given here.")
  private @Nullable String password;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Certificates of the authorities to trust (PEM); turns TLS on.")
  private @Nullable Path authorities;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "The client's certificate (PEM); with --key.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The client's private key (PEM, PKCS#8); with --cert.")
  private @Nullable Path privateKey;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long to wait for the store at first (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log more, on standard error, and show stack traces; -vv for still more.")
  void verbose(boolean[] times) {
    Verbosity.raise(times.length);
  }

  /** Whether a cluster was named; else the store is in memory. */
  public boolean isRemote() {
    return !endpoints.isEmpty();
  }

  /** The namespace asked for; null if none was. */
  public @Nullable Namespace namespaceIfGiven() {
    return namespace == null ? null : requireDelimiter(namespace);
  }

  /**
   * The namespace asked for. In memory the empty one will do; in a cluster there is no default,
   * since a namespace once opened forbids every other one that overlaps it, and the empty one
   * overlaps all.
   *
   * @throws ParameterException if it is needed and missing
   */
  public Namespace namespace() {
    if (namespace == null && isRemote()) {
      throw new ParameterException(
          spec.commandLine(),
          "--etcd needs a --namespace, e.g. --namespace shop/"
              + " (--namespace \"\" takes the whole cluster for one)");
    }
    return requireDelimiter(namespace == null ? "" : namespace);
  }

  /** Without a delimiter at its end, the prefix book would take in the keys of bookshop/. */
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
   * The store that the options name; nothing is opened yet.
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

  /** The endpoints, each with its scheme. */
  public List<String> addresses() {
    return endpoints.stream().map(this::withScheme).toList();
  }

  /** A storage's builder, as far as the options say how it is to be opened. */
  public DistributedStorage.Builder storage(KvStore store, Namespace within) {
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
          spec.commandLine(), one + " and " + other + " are given together or not at all");
    }
  }

  private void requireRemote(String option, @Nullable Object value) {
    if (value != null) {
      throw new ParameterException(spec.commandLine(), option + " makes sense only with --etcd");
    }
  }
}
