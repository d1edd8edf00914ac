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
 * The store on an etcd cluster, version 3.4 or later.
 *
 * <pre>{@code
 * try (EtcdKvStore store = EtcdKvStore.connect("http://127.0.0.1:2379")) {
 *   DistributedStorage storage = DistributedStorage.open(store);
 *   …
 * }
 * }</pre>
 *
 * <p>Every request ends within the request timeout, the wait for a connection included. It leaves
 * once: no request is repeated by the store, but one that was refused before anything was done: for
 * an old token, then it is sent again with a new one, or by a member that can't serve now, then
 * another one is asked; and a read of few keys that has no answer after half a second is sent
 * again, a few times. A commit fails with {@link Kind#UNAVAILABLE} only where it is certain that it
 * was not applied: no connection took it before its deadline, or etcd says so. A request about a
 * lease fails with {@link Kind#UNAVAILABLE} also where its outcome is unknown, since to repeat it
 * harms nothing. What waiting does not mend fails with {@link Kind#MISCONFIGURED}, at once where
 * that is so at every endpoint.
 *
 * <p>A connection that is lost is made anew by itself, also after a long outage: within about a
 * second of a request or watch that asks for it. Watches end with it, as the contract says.
 *
 * <p>Safe for use by many threads.
 */
public final class EtcdKvStore implements KvStore {

  /** For how many request timeouts the server may be silent about a page of a load. */
  private static final int PATIENCE = 6;

  /** The greatest page of a load that has more than one entry. */
  private static final int MAX_PAGE_BYTES = 32 << 20;

  private final EtcdSettings settings;
  private final Connection connection;
  private final Calls calls;
  private final ServerCheck serverCheck;
  private final Leases leases;
  private final WatchSizes watchSizes;

  EtcdKvStore(EtcdSettings settings) {
    this.settings = settings;
    this.connection = new Connection(settings);
    this.calls = new Calls(connection, settings, this::onAnswer);
    this.leases = new Leases(calls);
    this.serverCheck = new ServerCheck(EndpointResolver.endpoints(settings.target()));
    this.watchSizes = new WatchSizes(settings.maxInboundBytes());
    serverCheck.askOnce(calls);
  }

  /**
   * A store with defaults on a cluster without users and without TLS demands of its own; {@link
   * #builder()} for more. Does not wait for the cluster: where it can't be reached, the first
   * request fails.
   *
   * @param endpoints one or more members, each {@code http://host:port} or {@code
   *     https://host:port}; {@code https} with the certificate authorities that the JVM trusts
   * @throws IllegalArgumentException if there is none, or one is malformed
   */
  public static EtcdKvStore connect(String... endpoints) {
    return builder().endpoints(endpoints).connect();
  }

  /** A builder with defaults and no endpoints yet. */
  public static Builder builder() {
    return new Builder();
  }

  private void onAnswer() {
    serverCheck.askOnce(calls);
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    EtcdRange range = EtcdRange.of(request.range());
    return calls.hedge(RangePageMarshaller.RANGE, range.encode(request), range::pageOf);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Given up when nothing has arrived for six times the request timeout. Without a limit, which
   * is for few keys, it is sent again as a plain read is.
   */
  @Override
  public CompletableFuture<RangePage> bulkRange(RangeRequest request, LongConsumer arriving) {
    EtcdRange range = EtcdRange.of(request.range());
    int most = settings.maxInboundBytes();
    Supplier<CompletableFuture<RangePage>> read =
        () ->
            calls.read(
                RangePageMarshaller.RANGE,
                range.encode(request),
                range::pageOf,
                new Arrival(
                    connection,
                    settings.requestTimeout(),
                    PATIENCE,
                    arriving,
                    request.limit() == 1 ? most : Math.min(most, MAX_PAGE_BYTES)));
    // A limited page is one of many, which etcd may take long to make: once is enough.
    boolean few = request.limit() == 0 || range.single();
    return few ? new HedgedRead<>(connection, read).start() : read.get();
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
        KVGrpc.getTxnMethod(), encoded, Purpose.COMMIT, answer -> BatchCodec.decode(batch, answer));
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

  /** As it was configured; the server may have been started with other limits of its own. */
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
   * <p>Waits some seconds at most, and that only for callbacks that block. Called on one of the
   * store's own threads, by such a callback, it does not wait for that thread.
   */
  @Override
  public void close() {
    calls.close();
    connection.close();
    calls.abandonOpen();
    leases.abandonOpen();
  }

  /** Configures a store. Not safe for use by several threads at once. */
  public static final class Builder {

    private static final Duration LONGEST = Duration.ofDays(1);

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
     * The members, each {@code http://host:port} or {@code https://host:port}; port 2379 if none.
     * Every address of a host name is connected to.
     */
    public Builder endpoints(String... members) {
      endpoints = List.of(members);
      return this;
    }

    /** The user to be, where the cluster has authentication enabled. Default: none. */
    public Builder credentials(String user, String password) {
      EtcdCredentials constant = new EtcdCredentials(user, password);
      return credentials(() -> constant);
    }

    /**
     * The user to be, where the cluster has authentication enabled, and passwords change: the
     * supplier is asked whenever etcd wants a password, so also after the last one was refused. It
     * runs on a thread of the store that may wait. Default: none.
     *
     * @param current the user and password as they are now; must not return null. What it throws
     *     fails the requests that wait for it, and it is asked again
     */
    public Builder credentials(Supplier<EtcdCredentials> current) {
      credentials = current;
      return this;
    }

    /**
     * A PEM file with the authorities to trust. It is read again when it has changed and a
     * connection is made. Default: those that the JVM trusts.
     */
    public Builder trustedCertificates(Path pem) {
      trustedCertificates = pem;
      return this;
    }

    /**
     * The client's certificate chain and its key (PKCS#8, not encrypted), as PEM files. They are
     * read again when they have changed and a connection is made; while only one of them is of the
     * new pair, the old pair is used.
     */
    public Builder clientCertificate(Path chainPem, Path keyPem) {
      certificateChain = chainPem;
      privateKey = keyPem;
      return this;
    }

    /** The name that the server's certificate must carry. Default: the host of each endpoint. */
    public Builder authority(String name) {
      authority = name;
      return this;
    }

    /** How long a request may take, the wait for a connection included. Default: 5 seconds. */
    public Builder requestTimeout(Duration timeout) {
      requestTimeout = positive(timeout, "request timeout");
      return this;
    }

    /** How long one attempt to connect to one member may take. Default: 5 seconds. */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = positive(timeout, "connect timeout");
      return this;
    }

    /**
     * How a peer that died without a word is noticed while a watch or a request is open: after both
     * times together at most. gRPC raises a time below 10 seconds to that, and etcd closes
     * connections that ask more often than every 5.
     *
     * @param time how long a connection may be silent before it is asked. Default: 10 seconds
     * @param timeout how long the sign of life may take. Default: 5 seconds
     */
    public Builder keepAlive(Duration time, Duration timeout) {
      keepAliveTime = positive(time, "keepalive time");
      keepAliveTimeout = positive(timeout, "keepalive timeout");
      return this;
    }

    /** The {@code --max-txn-ops} that the servers were started with. Default: 128, as theirs. */
    public Builder maxTxnOps(int operations) {
      maxTxnOps = positive(operations, "maxTxnOps");
      return this;
    }

    /**
     * The greatest request, in bytes. Default: 1 MiB, which leaves room below the servers' own
     * limit of 1.5 MiB ({@code --max-request-bytes}).
     */
    public Builder maxRequestBytes(int bytes) {
      maxRequestBytes = positive(bytes, "maxRequestBytes");
      return this;
    }

    /** The greatest answer or watch message, in bytes, where there is memory for it. */
    Builder maxInboundBytes(int bytes) {
      maxInboundBytes = bytes;
      return this;
    }

    private static Duration positive(Duration duration, String what) {
      if (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "the " + what + " must be above zero and at most " + LONGEST + ": " + duration);
      }
      return duration;
    }

    private static int positive(int number, String what) {
      if (number <= 0) {
        throw new IllegalArgumentException(what + " must be above zero: " + number);
      }
      return number;
    }

    /**
     * Makes the store. Does not wait for the cluster: where it can't be reached, the first request
     * fails.
     *
     * @throws IllegalArgumentException if there is no endpoint or one is malformed, or a TLS file
     *     can't be used
     */
    public EtcdKvStore connect() {
      Endpoints parsed = Endpoints.parse(endpoints);
      // As everything that uses gRPC and Netty, not on the caller's thread.
      return StoreThreads.makeOnItsOwn("connect", () -> new EtcdKvStore(settings(parsed)));
    }

    private EtcdSettings settings(Endpoints parsed) {
      Tls tls = new Tls(trustedCertificates, certificateChain, privateKey);
      if (!parsed.tls() && !tls.isDefault()) {
        throw new IllegalArgumentException(
            "TLS files are given, but the endpoints are http: name them https://host:port");
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
