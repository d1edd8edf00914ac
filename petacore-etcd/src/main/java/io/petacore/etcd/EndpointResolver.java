package io.petacore.etcd;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the addresses of the endpoints as jetcd does, but on a thread that may wait.
 *
 * <p>jetcd's resolver asks the DNS on whatever thread it is called on: the first caller's, later
 * the one that moves the bytes and keeps the deadlines. A name server that does not answer, likely
 * in the same outage as etcd, would hold both up.
 */
final class EndpointResolver extends NameResolver {

  private static final String SCHEME = "petacore-etcd";

  /** By which gRPC finds jetcd's resolver for a list of hosts, given as a path. */
  private static final String JETCD_SCHEME = "ip";

  // A channel finds its resolver by the scheme of its target, and gets the target from this class.
  static {
    NameResolverRegistry.getDefaultRegistry().register(new Provider());
  }

  private final NameResolver jetcd;
  private final Executor executor;

  private EndpointResolver(NameResolver jetcd, Executor executor) {
    this.jetcd = jetcd;
    this.executor = executor;
  }

  /** The channel target for these endpoints; each has a host. */
  static String target(List<URI> endpoints) {
    String hosts =
        endpoints.stream()
            .map(e -> e.getHost() + (e.getPort() == -1 ? "" : ":" + e.getPort()))
            .distinct()
            .collect(Collectors.joining(","));
    return uri(SCHEME, "/" + hosts).toString();
  }

  /**
   * The brackets of an IPv6 address are encoded by this; in jetcd's own target they make it
   * invalid.
   */
  private static URI uri(String scheme, String path) {
    try {
      return new URI(scheme, "", path, null, null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no usable endpoints: " + path, e);
    }
  }

  @Override
  public String getServiceAuthority() {
    return jetcd.getServiceAuthority();
  }

  @Override
  public void start(Listener2 listener) {
    executor.execute(() -> jetcd.start(listener));
  }

  @Override
  public void refresh() {
    executor.execute(jetcd::refresh);
  }

  @Override
  public void shutdown() {
    jetcd.shutdown();
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
      NameResolverProvider provider =
          NameResolverRegistry.getDefaultRegistry().getProviderForScheme(JETCD_SCHEME);
      if (provider == null) {
        throw new IllegalStateException("jetcd-core, or its META-INF/services, is not there");
      }
      NameResolver resolver = provider.newNameResolver(uri(JETCD_SCHEME, target.getPath()), args);
      Executor executor = args.getOffloadExecutor();
      return executor == null ? resolver : new EndpointResolver(resolver, executor);
    }
  }
}
