package io.petacore.etcd;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC server with the services of etcd on a loopback port, whose behavior tests replace; by
 * default it responds with success.
 */
final class StubEtcd implements AutoCloseable {

  /** A request: its method, its headers, and its context with deadline and cancellation. */
  record Request(String method, Metadata headers, Context context) {
    String header(String name) {
      String value = headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
      return value == null ? "" : value;
    }
  }

  /** The server side of a watch stream. */
  record WatchStream(WatchRequest request, StreamObserver<WatchResponse> answers) {
    WatchStream created() {
      answers.onNext(WatchResponse.newBuilder().setHeader(header(7)).setCreated(true).build());
      return this;
    }
  }

  volatile BiConsumer<TxnRequest, StreamObserver<TxnResponse>> onTxn =
      (request, answer) -> reply(answer, TxnResponse.newBuilder().setSucceeded(true).build());
  volatile BiConsumer<RangeRequest, StreamObserver<RangeResponse>> onRange =
      (request, answer) -> reply(answer, RangeResponse.getDefaultInstance());
  volatile BiConsumer<LeaseGrantRequest, StreamObserver<LeaseGrantResponse>> onGrant =
      (request, answer) -> reply(answer, LeaseGrantResponse.newBuilder().setID(5).build());
  volatile BiConsumer<LeaseKeepAliveRequest, StreamObserver<LeaseKeepAliveResponse>> onKeepAlive =
      (request, answer) ->
          reply(answer, LeaseKeepAliveResponse.newBuilder().setID(5).setTTL(9).build());
  volatile BiConsumer<LeaseRevokeRequest, StreamObserver<LeaseRevokeResponse>> onRevoke =
      (request, answer) -> reply(answer, LeaseRevokeResponse.getDefaultInstance());
  volatile BiConsumer<AuthenticateRequest, StreamObserver<AuthenticateResponse>> onAuthenticate =
      (request, answer) -> reply(answer, AuthenticateResponse.newBuilder().setToken("t").build());
  volatile BiConsumer<StatusRequest, StreamObserver<StatusResponse>> onStatus =
      (request, answer) -> reply(answer, StatusResponse.newBuilder().setVersion("3.5.30").build());

  /** Opened watch streams. */
  final BlockingQueue<WatchStream> watches = new LinkedBlockingQueue<>();

  /** All requests, in order of arrival. */
  final List<Request> requests = new CopyOnWriteArrayList<>();

  private final Server server;

  StubEtcd() {
    this(0);
  }

  /** Starts a server on the port of an earlier one. */
  StubEtcd(int port) {
    this(port, null);
  }

  /** Starts a server with TLS credentials, null for none. */
  StubEtcd(int port, @Nullable SslContext tls) {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .addService(new Kv())
            .addService(new Watch())
            .addService(new Lease())
            .addService(new Auth())
            .addService(new Maintenance())
            .sslContext(tls)
            .intercept(new Recording())
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getPort();
  }

  String endpoint() {
    return "http://127.0.0.1:" + port();
  }

  /** Connects a store with a timeout that is long enough for a busy machine. */
  EtcdKvStore.Builder client() {
    return EtcdKvStore.builder().endpoints(endpoint()).requestTimeout(Duration.ofSeconds(20));
  }

  /** Connects a store with a request timeout that is short enough to wait for. */
  EtcdKvStore.Builder shortTimeoutClient() {
    return client().requestTimeout(Duration.ofMillis(400));
  }

  List<Request> requests(String method) {
    return requests.stream().filter(r -> r.method().equals(method)).toList();
  }

  /** Waits for the next watch stream. */
  WatchStream nextWatch() throws InterruptedException {
    return Objects.requireNonNull(watches.poll(20, TimeUnit.SECONDS), "no watch was opened");
  }

  static ResponseHeader header(long revision) {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }

  static <T> void reply(StreamObserver<T> observer, T answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }

  /** A handler that never responds. */
  static <Q, A> BiConsumer<Q, StreamObserver<A>> silence() {
    return (request, answer) -> {};
  }

  /** A handler that fails. */
  static <Q, A> BiConsumer<Q, StreamObserver<A>> failing(Status status) {
    return (request, answer) -> answer.onError(status.asRuntimeException());
  }

  /** Ends every connection, like a killed server, and frees the port. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private final class Recording implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String method = Objects.requireNonNull(call.getMethodDescriptor().getBareMethodName());
      requests.add(new Request(method, headers, Context.current()));
      return next.startCall(call, headers);
    }
  }

  private final class Kv extends KVGrpc.KVImplBase {
    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> answer) {
      onTxn.accept(request, answer);
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
      onRange.accept(request, answer);
    }
  }

  private final class Watch extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
      // Ignores messages to a client that has disconnected.
      ((ServerCallStreamObserver<WatchResponse>) answers).setOnCancelHandler(() -> {});
      return new Requests<>(request -> watches.add(new WatchStream(request, answers)));
    }
  }

  private final class Lease extends LeaseGrpc.LeaseImplBase {
    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> answer) {
      onGrant.accept(request, answer);
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
        StreamObserver<LeaseKeepAliveResponse> answer) {
      return new Requests<>(request -> onKeepAlive.accept(request, answer));
    }

    @Override
    public void leaseRevoke(
        LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> answer) {
      onRevoke.accept(request, answer);
    }
  }

  private final class Auth extends AuthGrpc.AuthImplBase {
    @Override
    public void authenticate(
        AuthenticateRequest request, StreamObserver<AuthenticateResponse> answer) {
      onAuthenticate.accept(request, answer);
    }
  }

  private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> answer) {
      onStatus.accept(request, answer);
    }
  }

  /** The client side of a stream, whose end is ignored. */
  private record Requests<Q>(Consumer<Q> onRequest) implements StreamObserver<Q> {
    @Override
    public void onNext(Q request) {
      onRequest.accept(request);
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
