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
 * A client that has nothing in common with PetaCore: it speaks JSON to etcd's own HTTP gateway. It
 * stands for foreign writers, and is the witness for what is really in etcd.
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

  /** A client of a cluster; an endpoint that does not answer is passed over. */
  static PlainClient of(List<String> endpoints, @Nullable TlsFiles tls) {
    HttpClient.Builder http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT);
    if (tls != null) {
      http.sslContext(tls.sslContext());
    }
    return new PlainClient(endpoints, http.build(), null);
  }

  /** Sets a key and returns the revision. */
  public long put(String key, String value) {
    return put(key, value, 0);
  }

  /** Sets a key that ends with a lease and returns the revision. */
  public long put(String key, String value, long lease) {
    String request =
        "{\"key\":\"%s\",\"value\":\"%s\",\"lease\":\"%d\"}"
            .formatted(base64(key), base64(value), lease);
    return revision(call("/v3/kv/put", request));
  }

  /** Removes a key and returns the revision. */
  public long delete(String key) {
    return revision(call("/v3/kv/deleterange", "{\"key\":\"%s\"}".formatted(base64(key))));
  }

  /** Removes every key with a prefix and returns the revision. */
  public long deletePrefix(String prefix) {
    return revision(call("/v3/kv/deleterange", prefixRequest(prefix)));
  }

  /** The value of a key. */
  public Optional<String> get(String key) {
    String answer = call("/v3/kv/range", "{\"key\":\"%s\"}".formatted(base64(key)));
    if (field(answer, "key").isEmpty()) {
      return Optional.empty();
    }
    // The gateway leaves out what is empty.
    return Optional.of(
        new String(Base64.getDecoder().decode(field(answer, "value").orElse("")), UTF_8));
  }

  /** How many keys have a prefix. */
  public long count(String prefix) {
    String request = prefixRequest(prefix).replace("}", ",\"count_only\":true}");
    return field(call("/v3/kv/range", request), "count").map(Long::parseLong).orElse(0L);
  }

  /** The newest revision. */
  public long revision() {
    return revision(call("/v3/kv/range", "{\"key\":\"%s\"}".formatted(base64("?"))));
  }

  /** Forgets the history before a revision, and returns when that is done. */
  public void compact(long revision) {
    call("/v3/kv/compaction", "{\"revision\":\"%d\",\"physical\":true}".formatted(revision));
  }

  /** Gives the space of what was compacted back, on the first endpoint's member. */
  public void defragment() {
    call("/v3/maintenance/defragment", "{}");
  }

  /** The member that has raised an alarm: etcd takes no puts then. */
  public Optional<String> alarmedMember() {
    return field(call("/v3/maintenance/alarm", "{\"action\":\"GET\"}"), "memberID");
  }

  /** Ends the alarm that a member has raised for want of space. */
  public void disarm(String member) {
    call(
        "/v3/maintenance/alarm",
        "{\"action\":\"DEACTIVATE\",\"memberID\":\"%s\",\"alarm\":\"NOSPACE\"}".formatted(member));
  }

  /** Grants a lease and returns its id. */
  public long grantLease(Duration timeToLive) {
    String answer = call("/v3/lease/grant", "{\"TTL\":\"%d\"}".formatted(timeToLive.toSeconds()));
    return field(answer, "ID").map(Long::parseLong).orElseThrow();
  }

  /** Ends a lease with its keys. */
  public void revokeLease(long lease) {
    call("/v3/lease/revoke", "{\"ID\":\"%d\"}".formatted(lease));
  }

  /** From now on every request needs a user; there is one, {@code root}. */
  public void enableAuthentication(String rootPassword) {
    addUser("root", rootPassword, "root");
    call("/v3/auth/enable", "{}");
  }

  /** Adds a user who may do everything with the keys of a prefix, and with no others. */
  public void addUserOfPrefix(String name, String password, String prefix) {
    addUserOfPrefix(name, password, prefix, 2);
  }

  /** Adds a user who may read the keys of a prefix, and nothing else. */
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

  /** The same client with a user's rights. */
  public PlainClient as(String user, String password) {
    String answer =
        call(
            "/v3/auth/authenticate",
            "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(user, password));
    return new PlainClient(endpoints, http, field(answer, "token").orElseThrow());
  }

  /** Whether the first endpoint's member leads the others, by its own account. */
  public boolean isLeader() {
    String status = call("/v3/maintenance/status", "{}");
    Optional<String> leader = field(status, "leader");
    return leader.isPresent() && leader.equals(field(status, "member_id"));
  }

  /** The server's version. */
  public String version() {
    return field(get(endpoints.get(0), "/version"), "etcdserver").orElseThrow();
  }

  /** Whether the first endpoint's member is up and has a leader. */
  public boolean isHealthy() {
    return field(get(endpoints.get(0), "/health"), "health").equals(Optional.of("true"));
  }

  /** Calls a method of the gateway, which etcd documents, and returns the JSON answer. */
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
            built.uri() + " answered " + response.statusCode() + ": " + response.body());
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

  private static long revision(String answer) {
    return field(answer, "revision").map(Long::parseLong).orElseThrow();
  }

  /** The gateway's answers are flat enough to be read without a parser. */
  private static Optional<String> field(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\\s*\"?([^\",}]*)").matcher(json);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
