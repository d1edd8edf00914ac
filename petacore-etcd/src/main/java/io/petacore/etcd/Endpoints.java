package io.petacore.etcd;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of the cluster.
 *
 * @param uris each with a host, and a port or -1
 * @param tls whether all are {@code https}; else all are {@code http}
 */
record Endpoints(List<URI> uris, boolean tls) {

  private static final int LAST_PORT = 65_535;

  /**
   * @throws IllegalArgumentException if an endpoint is invalid; the message names it
   */
  static Endpoints parse(List<String> endpoints) {
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException(
          "no endpoints: specify at least one, such as http://127.0.0.1:2379");
    }
    List<URI> uris = new ArrayList<>();
    for (String endpoint : endpoints) {
      uris.add(parse(endpoint));
    }
    long https = uris.stream().filter(Endpoints::isHttps).count();
    if (https != 0 && https != uris.size()) {
      throw new IllegalArgumentException("endpoints must be all http or all https: " + endpoints);
    }
    return new Endpoints(List.copyOf(uris), https != 0);
  }

  private static boolean isHttps(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  private static URI parse(String endpoint) {
    URI uri;
    try {
      uri = new URI(endpoint);
    } catch (URISyntaxException e) {
      throw malformed(endpoint, e);
    }
    boolean web = "http".equalsIgnoreCase(uri.getScheme()) || isHttps(uri);
    String path = uri.getPath();
    boolean bare =
        (path == null || path.isEmpty() || path.equals("/"))
            && uri.getQuery() == null
            && uri.getFragment() == null
            && uri.getUserInfo() == null;
    if (!web || !bare) {
      throw malformed(endpoint, null);
    }
    if (uri.getHost() == null) {
      throw withoutHost(endpoint, uri.getRawAuthority());
    }
    if (uri.getPort() > LAST_PORT || uri.getPort() == 0) {
      throw new IllegalArgumentException(
          "endpoint '"
              + endpoint
              + "' has the port "
              + uri.getPort()
              + "; ports range from 1 to "
              + LAST_PORT);
    }
    return uri;
  }

  /**
   * {@link URI} parses an invalid host and port as a registry-based authority, without an error.
   */
  private static IllegalArgumentException withoutHost(String endpoint, @Nullable String authority) {
    if (authority != null && authority.contains("_")) {
      return new IllegalArgumentException(
          "endpoint '"
              + endpoint
              + "' has a '_' in its host name, which is invalid: use another name or the address");
    }
    return malformed(endpoint, null);
  }

  private static IllegalArgumentException malformed(
      String endpoint, @Nullable URISyntaxException cause) {
    return new IllegalArgumentException(
        "endpoint '" + endpoint + "' is not of the form http://host:port or https://host:port",
        cause);
  }
}
