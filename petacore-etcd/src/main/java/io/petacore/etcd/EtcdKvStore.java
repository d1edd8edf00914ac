package io.petacore.etcd;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.TxnRequest;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.StoreLimits;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store on an etcd cluster, version 3.4 or later.
 *
 * <pre>{@code
 * try (EtcdKvStore store = EtcdKvStore.connect("http://127.0.0.1:2379")) {
 *   DistributedStorage storage = DistributedStorage.open(store);
 *   …
 * }
 * }</pre>
 *
 * <p>Every request completes within the request timeout, including the wait for a connection. The
 * store resends a request only in these cases: it was rejected before it had an effect, either
 * because the token was outdated or because a member cannot serve now; or it is a read of few keys
 * without a response for half a second. A commit fails with {@link Kind#UNAVAILABLE} only if it was
 * certainly not applied: no connection took it before its deadline, or etcd rejected it. A lease
 * request fails with {@link Kind#UNAVAILABLE} even if its outcome is unknown, since it may be
 * repeated. Errors that do not resolve themselves fail with {@link Kind#MISCONFIGURED}, at once if
 * they affect every endpoint.
 *
 * <p>Lost connections are re-established automatically, also after a long outage, within about a
 * second of a request or watch. Watches end with their connection, as the contract requires.
 *
 * <p>Thread-safe.
 */
public final class EtcdKvStore implements KvStore {

  private final EtcdSettings settings;
  private final Connection connection;
  private final Calls calls;
  private final ServerCheck serverCheck;
  private final Leases leases;
  private final WatchSizes watchSizes;

  EtcdKvStore(EtcdSettings settings) {
    this.settings = settings;
    this.connection = new Connection(settings);
    this.calls = new Calls(connection, settings, this::onResponse);
    this.leases = new Leases(calls);
    this.serverCheck = new ServerCheck(EndpointResolver.endpoints(settings.target()));
    this.watchSizes = new WatchSizes(settings.maxInboundBytes());
    serverCheck.checkOnce(calls);
  }

  /**
   * Creates a store with default settings; use {@link #builder()} for authentication, client
   * certificates and other settings. Does not wait for the cluster: if it is unreachable, the first
   * request fails.
   *
   * @param endpoints one or more members, each {@code http://host:port} or {@code
   *     https://host:port}; {@code https} uses the certificate authorities trusted by the JVM
   * @return the open store; close it
   * @throws IllegalArgumentException if there is no endpoint, one is malformed, or {@code http} and
   *     {@code https} are mixed; the message names the endpoint
   */
  public static EtcdKvStore connect(String... endpoints) {
    return builder().endpoints(endpoints).connect();
  }

  /** {@return a new builder with default settings and no endpoints} */
  public static Builder builder() {
    return new Builder();
  }

  private void onResponse() {
    serverCheck.checkOnce(calls);
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    EtcdRange range = EtcdRange.of(request.range());
    return calls.hedge(RangePageMarshaller.RANGE, range.encode(request), range::pageOf);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Fails when nothing has arrived for six request timeouts. A request without a limit, for few
   * keys, is resent like a plain read.
   */
  @Override
  public CompletableFuture<RangePage> bulkRange(RangeRequest request, LongConsumer arriving) {
    return new BulkRead(connection, calls, settings, request, arriving).start();
  }

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    TxnRequest encoded = BatchCodec.encode(batch);
    try {
      BatchLimits.check(batch, encoded, settings.limits());
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
    return calls.send(
        KVGrpc.getTxnMethod(),
        encoded,
        Purpose.COMMIT,
        response -> BatchCodec.decode(batch, response));
  }

  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    EtcdWatch watch = new EtcdWatch(calls, watchSizes, range, fromRevision, listener);
    watch.open();
    return watch;
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return leases.grant(timeToLive);
  }

  @Override
  public CompletableFuture<Void> renewLease(long lease) {
    return leases.renew(lease);
  }

  @Override
  public CompletableFuture<Void> revokeLease(long lease) {
    return leases.revoke(lease);
  }

  /** The configured limits; those of the server may differ. */
  @Override
  public StoreLimits limits() {
    return settings.limits();
  }

  @Override
  public CompletableFuture<String> describe() {
    return ServerCheck.describe(calls);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Waits a few seconds at most, and only for callbacks that block. When called by a callback,
   * on a thread of the store, it does not wait for that thread.
   */
  @Override
  public void close() {
    calls.close();
    connection.close();
    calls.abandonOpen();
    leases.abandonOpen();
  }

  /** Configures a store. Not thread-safe. */
  public static final class Builder {

    private List<String> endpoints = List.of();
    private @Nullable Supplier<EtcdCredentials> credentials;
    private @Nullable Path trustedCertificates;
    private @Nullable Path certificateChain;
    private @Nullable Path privateKey;
    private @Nullable String authority;
    private Duration requestTimeout = Duration.ofSeconds(5);
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration keepAliveTime = Duration.ofSeconds(10);
    private Duration keepAliveTimeout = Duration.ofSeconds(5);
    private int maxInboundBytes = 512 << 20;
    private int maxTxnOps = 128;
    private int maxRequestBytes = 1 << 20;

    private Builder() {}

    /**
     * Sets the endpoints of the members, each {@code http://host:port} or {@code
     * https://host:port}; the default port is 2379. All addresses of a host name are used.
     *
     * @param members one or more, none of them null; checked by {@link #connect()}
     * @return this builder
     */
    public Builder endpoints(String... members) {
      endpoints = List.of(members);
      return this;
    }

    /**
     * Sets the user for a cluster with authentication. Default: none.
     *
     * @param user the name of the user
     * @param password in plain text
     * @return this builder
     * @throws NullPointerException if either is null
     */
    public Builder credentials(String user, String password) {
      EtcdCredentials constant = new EtcdCredentials(user, password);
      return credentials(() -> constant);
    }

    /**
     * Sets a supplier of the user for a cluster with authentication whose passwords change. It is
     * called whenever a token is requested, so also after a password was rejected, on a thread of
     * the store that may block. Default: none.
     *
     * @param current supplies the current user and password, never null. An exception fails the
     *     requests that wait for a token; later requests call it again
     * @return this builder
     */
    public Builder credentials(Supplier<EtcdCredentials> current) {
      credentials = current;
      return this;
    }

    /**
     * Sets a PEM file with trusted certificate authorities. It is read again for a new connection
     * if it has changed. Default: those trusted by the JVM.
     *
     * @param pem a file that {@link #connect()} can read; requires {@code https} endpoints
     * @return this builder
     */
    public Builder trustedCertificates(Path pem) {
      trustedCertificates = pem;
      return this;
    }

    /**
     * Sets PEM files with the certificate chain of the client and its key (PKCS#8, unencrypted).
     * They are read again for a new connection if they have changed; while they do not match, the
     * previous pair is used. Default: none.
     *
     * @param chainPem the certificate of the client, followed by those of intermediate authorities
     * @param keyPem the private key of that certificate; both require {@code https} endpoints
     * @return this builder
     */
    public Builder clientCertificate(Path chainPem, Path keyPem) {
      certificateChain = chainPem;
      privateKey = keyPem;
      return this;
    }

    /**
     * Sets the name that the certificate of the server must have. Default: the host of each
     * endpoint.
     *
     * @param name a host name
     * @return this builder
     */
    public Builder authority(String name) {
      authority = name;
      return this;
    }

    /**
     * Sets the timeout of a request, including the wait for a connection. Default: 5 seconds.
     *
     * @param timeout positive, at most one day
     * @return this builder
     * @throws IllegalArgumentException if it is not in that range
     */
    public Builder requestTimeout(Duration timeout) {
      requestTimeout = Positive.of(timeout, "request timeout");
      return this;
    }

    /**
     * Sets the timeout of one attempt to connect to a member. Default: 5 seconds.
     *
     * @param timeout positive, at most one day
     * @return this builder
     * @throws IllegalArgumentException if it is not in that range
     */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = Positive.of(timeout, "connect timeout");
      return this;
    }

    /**
     * Sets the HTTP/2 keepalive, which detects a dead server within the sum of both times while a
     * watch or a request is open. gRPC increases a time below 10 seconds to 10 seconds; etcd closes
     * connections with more than one ping per 5 seconds.
     *
     * @param time time without received bytes until a ping is sent. Default: 10 seconds
     * @param timeout timeout of a ping. Default: 5 seconds
     * @return this builder
     * @throws IllegalArgumentException if one of them is not positive or exceeds one day
     */
    public Builder keepAlive(Duration time, Duration timeout) {
      keepAliveTime = Positive.of(time, "keepalive time");
      keepAliveTimeout = Positive.of(timeout, "keepalive timeout");
      return this;
    }

    /**
     * Sets the {@code --max-txn-ops} of the servers. Default: 128, their default.
     *
     * @param operations at least 1; see {@link StoreLimits#maxOperations()}
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxTxnOps(int operations) {
      maxTxnOps = Positive.of(operations, "maxTxnOps");
      return this;
    }

    /**
     * Sets the maximum size of a request. Default: 1 MiB, which is below the default {@code
     * --max-request-bytes} of the servers, 1.5 MiB.
     *
     * @param bytes the encoded size, in bytes; at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxRequestBytes(int bytes) {
      maxRequestBytes = Positive.of(bytes, "maxRequestBytes");
      return this;
    }

    /**
     * Sets the maximum size of a response or watch message, in bytes, if there is enough memory.
     */
    Builder maxInboundBytes(int bytes) {
      maxInboundBytes = bytes;
      return this;
    }

    /**
     * Creates the store. Does not wait for the cluster: if it is unreachable, the first request
     * fails.
     *
     * @return the open store; close it
     * @throws IllegalArgumentException if there is no endpoint, one is malformed, {@code http} and
     *     {@code https} are mixed, or a TLS file is invalid or set without {@code https} endpoints
     */
    public EtcdKvStore connect() {
      Endpoints parsed = Endpoints.parse(endpoints);
      // gRPC and Netty must not run on threads of the application.
      return StoreThreads.callOnNewThread("connect", () -> new EtcdKvStore(settings(parsed)));
    }

    private EtcdSettings settings(Endpoints parsed) {
      Tls tls = new Tls(trustedCertificates, certificateChain, privateKey);
      if (!parsed.tls() && !tls.isDefault()) {
        throw new IllegalArgumentException(
            "TLS files require https endpoints, such as https://host:port");
      }
      return new EtcdSettings(
          EndpointResolver.target(parsed.uris()),
          parsed.tls() ? tls.credentials() : null,
          authority,
          credentials,
          requestTimeout,
          connectTimeout,
          keepAliveTime,
          keepAliveTimeout,
          maxInboundBytes,
          new StoreLimits(maxTxnOps, maxRequestBytes));
    }
  }
}
