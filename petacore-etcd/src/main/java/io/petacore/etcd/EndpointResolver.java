package io.petacore.etcd;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the addresses of the endpoints: <em>every</em> address of every host name, each a member to
 * connect to on its own. One name often stands for the whole cluster, and of several addresses some
 * may be dead.
 *
 * <p>It asks the DNS on a thread that may wait. A name server that does not answer, likely in the
 * same outage as etcd, would hold up the thread that moves the bytes and keeps the deadlines.
 */
final class EndpointResolver extends NameResolver {

  /** The endpoint that an address was found for, {@code host:port}. */
  static final Attributes.Key<String> ENDPOINT = Attributes.Key.create("petacore-endpoint");

  private static final String SCHEME = "petacore-etcd";

  private static final int DEFAULT_PORT = 2379;

  // A channel finds its resolver by the scheme of its target, and gets the target from this class.
  static {
    NameResolverRegistry.getDefaultRegistry().register(new Provider());
  }

  /** Looks up a host name; waits for the name server. */
  interface Lookup {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final List<String> endpoints;
  private final Executor executor;
  private final Lookup lookup;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile @Nullable Listener2 listener;

  /**
   * @param endpoints each {@code host:port}, an IPv6 address in brackets
   * @param executor its threads may wait
   */
  EndpointResolver(List<String> endpoints, Executor executor, Lookup lookup) {
    this.endpoints = endpoints;
    this.executor = executor;
    this.lookup = lookup;
  }

  /** The channel target for these endpoints; each has a host. */
  static String target(List<URI> endpoints) {
    String hosts =
        endpoints.stream()
            .map(e -> e.getHost() + ":" + (e.getPort() == -1 ? DEFAULT_PORT : e.getPort()))
            .distinct()
            .collect(Collectors.joining(","));
    try {
      // This encodes the brackets of an IPv6 address.
      return new URI(SCHEME, "", "/" + hosts, null, null).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no usable endpoints: " + hosts, e);
    }
  }

  /** The endpoints in a target, each {@code host:port}. */
  static List<String> endpoints(String target) {
    return List.of(URI.create(target).getPath().substring(1).split(","));
  }

  /** The name for what has none of its own; the addresses carry those of their endpoints. */
  @Override
  public String getServiceAuthority() {
    return endpoints.get(0);
  }

  @Override
  public void start(Listener2 toTell) {
    listener = toTell;
    refresh();
  }

  /** Looks the names up again, unless that is being done. */
  @Override
  public void refresh() {
    if (looking.compareAndSet(false, true)) {
      executor.execute(this::look);
    }
  }

  @Override
  public void shutdown() {
    listener = null;
  }

  private void look() {
    Set<EquivalentAddressGroup> found = new LinkedHashSet<>();
    List<String> unknown = new ArrayList<>();
    for (String endpoint : endpoints) {
      try {
        found.addAll(addresses(endpoint));
      } catch (UnknownHostException e) {
        unknown.add(endpoint + ": unknown host");
      }
    }
    looking.set(false);
    Listener2 toTell = listener;
    if (toTell == null) {
      return;
    }
    if (found.isEmpty()) {
      toTell.onError(Status.UNAVAILABLE.withDescription(String.join("; ", unknown)));
    } else {
      toTell.onResult(
          ResolutionResult.newBuilder()
              .setAddressesOrError(StatusOr.fromValue(List.copyOf(found)))
              .build());
    }
  }

  private List<EquivalentAddressGroup> addresses(String endpoint) throws UnknownHostException {
    int colon = endpoint.lastIndexOf(':');
    int port = Integer.parseInt(endpoint.substring(colon + 1));
    String host = endpoint.substring(0, colon);
    Attributes named =
        Attributes.newBuilder()
            .set(ENDPOINT, endpoint)
            .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, endpoint)
            .build();
    List<EquivalentAddressGroup> addresses = new ArrayList<>();
    for (InetAddress address : lookup.addresses(host)) {
      addresses.add(new EquivalentAddressGroup(new InetSocketAddress(address, port), named));
    }
    return addresses;
  }

  private static final class Provider extends NameResolverProvider {
    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }

    @Override
    public String getDefaultScheme() {
      return SCHEME;
    }

    @Override
    public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
      if (!SCHEME.equals(target.getScheme())) {
        return null;
      }
      Executor executor = args.getOffloadExecutor();
      if (executor == null) {
        throw new IllegalStateException("a channel without an offload executor");
      }
      return new EndpointResolver(
          endpoints(target.toString()), executor, InetAddress::getAllByName);
    }
  }
}
