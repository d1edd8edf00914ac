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
 * Resolves the endpoints to <em>all</em> addresses of every host name, each of which is connected
 * to separately. A single name often denotes the whole cluster, and some addresses may be
 * unreachable.
 *
 * <p>Resolves on a thread that may block: a name server that does not respond would otherwise block
 * the io thread.
 */
final class EndpointResolver extends NameResolver {

  /** The endpoint of an address, {@code host:port}. */
  static final Attributes.Key<String> ENDPOINT = Attributes.Key.create("petacore-endpoint");

  private static final String SCHEME = "petacore-etcd";

  private static final int DEFAULT_PORT = 2379;

  // gRPC selects the resolver by the scheme of the target.
  static {
    NameResolverRegistry.getDefaultRegistry().register(new Provider());
  }

  /** Resolves a host name; may block. */
  interface Lookup {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final List<String> endpoints;
  private final Executor executor;
  private final Lookup lookup;
  private final AtomicBoolean resolving = new AtomicBoolean();
  private volatile @Nullable Listener2 listener;

  /**
   * @param endpoints each {@code host:port}, an IPv6 address in brackets
   * @param executor an executor whose threads may block
   */
  EndpointResolver(List<String> endpoints, Executor executor, Lookup lookup) {
    this.endpoints = endpoints;
    this.executor = executor;
    this.lookup = lookup;
  }

  /** Returns the channel target for endpoints, each of which has a host. */
  static String target(List<URI> endpoints) {
    String hosts =
        endpoints.stream()
            .map(e -> e.getHost() + ":" + (e.getPort() == -1 ? DEFAULT_PORT : e.getPort()))
            .distinct()
            .collect(Collectors.joining(","));
    try {
      // The constructor encodes the brackets of an IPv6 address.
      return new URI(SCHEME, "", "/" + hosts, null, null).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no usable endpoints: " + hosts, e);
    }
  }

  /** Returns the endpoints of a target, each {@code host:port}. */
  static List<String> endpoints(String target) {
    return List.of(URI.create(target).getPath().substring(1).split(","));
  }

  /** The default authority; addresses override it with that of their endpoint. */
  @Override
  public String getServiceAuthority() {
    return endpoints.get(0);
  }

  @Override
  public void start(Listener2 receiver) {
    listener = receiver;
    refresh();
  }

  /** Resolves the names again, unless that is in progress. */
  @Override
  public void refresh() {
    if (resolving.compareAndSet(false, true)) {
      executor.execute(this::resolve);
    }
  }

  @Override
  public void shutdown() {
    listener = null;
  }

  private void resolve() {
    Set<EquivalentAddressGroup> found = new LinkedHashSet<>();
    List<String> unknown = new ArrayList<>();
    for (String endpoint : endpoints) {
      try {
        found.addAll(addresses(endpoint));
      } catch (UnknownHostException e) {
        unknown.add(endpoint + ": unknown host");
      }
    }
    resolving.set(false);
    Listener2 receiver = listener;
    if (receiver == null) {
      return;
    }
    if (found.isEmpty()) {
      receiver.onError(Status.UNAVAILABLE.withDescription(String.join("; ", unknown)));
    } else {
      receiver.onResult(
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
        throw new IllegalStateException("the channel has no offload executor");
      }
      return new EndpointResolver(
          endpoints(target.toString()), executor, InetAddress::getAllByName);
    }
  }
}
