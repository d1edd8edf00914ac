package io.petacore.it.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A client that shares no code with PetaCore: it uses the HTTP gateway of etcd. Tests use it for
 * foreign writes and to verify the contents of etcd.
 */
public final class PlainClient {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final List<String> endpoints;
  private final HttpClient http;
  private final @Nullable String token;

  private PlainClient(List<String> endpoints, HttpClient http, @Nullable String token) {
    this.endpoints = List.copyOf(endpoints);
    this.http = http;
    this.token = token;
  }

  /** Creates a client of a cluster; it tries the endpoints in order. */
  static PlainClient of(List<String> endpoints, @Nullable TlsFiles tls) {
    HttpClient.Builder http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT);
    if (tls != null) {
      http.sslContext(tls.sslContext());
    }
    return new PlainClient(endpoints, http.build(), null);
  }

  /** Puts a key and returns the revision. */
  public long put(String key, String value) {
    return put(key, value, 0);
  }

  /** Puts a key with a lease and returns the revision. */
  public long put(String key, String value, long lease) {
    String request =
        "{\"key\":\"%s\",\"value\":\"%s\",\"lease\":\"%d\"}"
            .formatted(base64(key), base64(value), lease);
    return revision(call("/v3/kv/put", request));
  }

  /** Deletes a key and returns the revision. */
  public long delete(String key) {
    return revision(call("/v3/kv/deleterange", "{\"key\":\"%s\"}".formatted(base64(key))));
  }

  /** Deletes all keys with a prefix and returns the revision. */
  public long deletePrefix(String prefix) {
    return revision(call("/v3/kv/deleterange", prefixRequest(prefix)));
  }

  /** Reads the value of a key. */
  public Optional<String> get(String key) {
    String response = call("/v3/kv/range", "{\"key\":\"%s\"}".formatted(base64(key)));
    if (field(response, "key").isEmpty()) {
      return Optional.empty();
    }
    // The gateway omits empty fields.
    return Optional.of(
        new String(Base64.getDecoder().decode(field(response, "value").orElse("")), UTF_8));
  }

  /** Returns the number of keys with a prefix. */
  public long count(String prefix) {
    String request = prefixRequest(prefix).replace("}", ",\"count_only\":true}");
    return field(call("/v3/kv/range", request), "count").map(Long::parseLong).orElse(0L);
  }

  /** Returns the newest revision. */
  public long revision() {
    return revision(call("/v3/kv/range", "{\"key\":\"%s\"}".formatted(base64("?"))));
  }

  /** Compacts the history up to a revision and returns when the compaction is complete. */
  public void compact(long revision) {
    call("/v3/kv/compaction", "{\"revision\":\"%d\",\"physical\":true}".formatted(revision));
  }

  /** Defragments the member of the first endpoint. */
  public void defragment() {
    call("/v3/maintenance/defragment", "{}");
  }

  /** The ID of a member with an active NOSPACE alarm, under which etcd rejects puts. */
  public Optional<String> alarmedMember() {
    return field(call("/v3/maintenance/alarm", "{\"action\":\"GET\"}"), "memberID");
  }

  /** Disarms the NOSPACE alarm of a member. */
  public void disarm(String member) {
    call(
        "/v3/maintenance/alarm",
        "{\"action\":\"DEACTIVATE\",\"memberID\":\"%s\",\"alarm\":\"NOSPACE\"}".formatted(member));
  }

  /** Grants a lease and returns its ID. */
  public long grantLease(Duration timeToLive) {
    String response = call("/v3/lease/grant", "{\"TTL\":\"%d\"}".formatted(timeToLive.toSeconds()));
    return field(response, "ID").map(Long::parseLong).orElseThrow();
  }

  /** Revokes a lease, which deletes its keys. */
  public void revokeLease(long lease) {
    call("/v3/lease/revoke", "{\"ID\":\"%d\"}".formatted(lease));
  }

  /** Enables authentication, with a user {@code root}. */
  public void enableAuthentication(String rootPassword) {
    addUser("root", rootPassword, "root");
    call("/v3/auth/enable", "{}");
  }

  /** Adds a user with read and write permission on a prefix. */
  public void addUserOfPrefix(String name, String password, String prefix) {
    addUserOfPrefix(name, password, prefix, 2);
  }

  /** Adds a user with read permission on a prefix. */
  public void addReaderOfPrefix(String name, String password, String prefix) {
    addUserOfPrefix(name, password, prefix, 0);
  }

  private void addUserOfPrefix(String name, String password, String prefix, int permissionType) {
    addUser(name, password, name);
    String permission = prefixRequest(prefix).replace("{", "{\"permType\":" + permissionType + ",");
    call("/v3/auth/role/grant", "{\"name\":\"%s\",\"perm\":%s}".formatted(name, permission));
  }

  private void addUser(String name, String password, String role) {
    call("/v3/auth/user/add", "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, password));
    call("/v3/auth/role/add", "{\"name\":\"%s\"}".formatted(role));
    call("/v3/auth/user/grant", "{\"user\":\"%s\",\"role\":\"%s\"}".formatted(name, role));
  }

  /** Returns a client that is authenticated as a user. */
  public PlainClient as(String user, String password) {
    String response =
        call(
            "/v3/auth/authenticate",
            "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(user, password));
    return new PlainClient(endpoints, http, field(response, "token").orElseThrow());
  }

  /** Whether the member of the first endpoint reports itself as the leader. */
  public boolean isLeader() {
    String status = call("/v3/maintenance/status", "{}");
    Optional<String> leader = field(status, "leader");
    return leader.isPresent() && leader.equals(field(status, "member_id"));
  }

  /** Returns the version of the server. */
  public String version() {
    return field(get(endpoints.get(0), "/version"), "etcdserver").orElseThrow();
  }

  /** Whether the member of the first endpoint is healthy. */
  public boolean isHealthy() {
    return field(get(endpoints.get(0), "/health"), "health").equals(Optional.of("true"));
  }

  /** Calls a method of the gateway and returns the JSON response. */
  public String call(String path, String json) {
    UncheckedIOException last = null;
    for (String endpoint : endpoints) {
      HttpRequest.Builder request =
          request(endpoint, path).POST(HttpRequest.BodyPublishers.ofString(json));
      try {
        return send(request);
      } catch (UncheckedIOException e) {
        last = e;
      }
    }
    throw last == null ? new IllegalStateException("no endpoints") : last;
  }

  private String get(String endpoint, String path) {
    return send(request(endpoint, path).GET());
  }

  private HttpRequest.Builder request(String endpoint, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(endpoint + path)).timeout(TIMEOUT);
    if (token != null) {
      request.header("Authorization", token);
    }
    return request;
  }

  private String send(HttpRequest.Builder request) {
    HttpRequest built = request.build();
    try {
      HttpResponse<String> response = http.send(built, HttpResponse.BodyHandlers.ofString(UTF_8));
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            built.uri() + " returned status " + response.statusCode() + ": " + response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(built.uri().toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String prefixRequest(String prefix) {
    byte[] end = prefix.getBytes(UTF_8);
    end[end.length - 1]++;
    return "{\"key\":\"%s\",\"range_end\":\"%s\"}"
        .formatted(base64(prefix), Base64.getEncoder().encodeToString(end));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static long revision(String response) {
    return field(response, "revision").map(Long::parseLong).orElseThrow();
  }

  /** Extracts a field; responses are simple enough to need no JSON parser. */
  private static Optional<String> field(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\\s*\"?([^\",}]*)").matcher(json);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
