package io.petacore.etcd;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC channel to the cluster and its threads. The store creates all of them, since the shared
 * threads of gRPC outlive a channel.
 *
 * <p>gRPC and Netty run on these threads only. On threads of the application they would leave
 * thread-locals, which on an application server retain all classes of an undeployed application.
 *
 * <p>There are three kinds of threads: <em>io</em> transfers bytes, keeps deadlines and starts
 * calls; <em>call</em> completes requests; <em>work</em> runs blocking tasks: it resolves names and
 * calls the listeners of watches, one thread per active listener, so that a slow listener does not
 * delay others.
 */
final class Connection {

  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /** One thread suffices for a few connections, since it only transfers bytes. */
  private static final int IO_THREADS = 1;

  private static final int CALL_THREADS = 2;

  /** Minimum time between two resets of the backoff, the initial backoff of gRPC. */
  private static final long RECONNECT_NANOS = SECONDS.toNanos(1);

  private static final long IDLE_SECONDS = 60;

  /** How long {@link #close()} waits for each stage; needed only if a callback blocks. */
  private static final long CLOSE_MILLIS = 2_000;

  private final StoreThreads threads = new StoreThreads();
  private final EventLoopGroup io;
  private final ExecutorService callExecutor;
  private final ExecutorService workExecutor;
  private final SilenceDetector silences = new SilenceDetector(this);
  private final ManagedChannel channel;
  private final AtomicLong lastReset = new AtomicLong(System.nanoTime() - RECONNECT_NANOS);
  private final AtomicBoolean closing = new AtomicBoolean();

  Connection(EtcdSettings settings) {
    io =
        new MultiThreadIoEventLoopGroup(IO_THREADS, threads.named("io"), NioIoHandler.newFactory());
    callExecutor = executor(CALL_THREADS, CALL_THREADS, new LinkedBlockingQueue<>(), "call");
    workExecutor = executor(0, Integer.MAX_VALUE, new SynchronousQueue<>(), "work");
    try {
      channel = channel(settings);
    } catch (RuntimeException | Error e) {
      stopPools();
      stopIo(0);
      throw e;
    }
    // Starts to connect, without waiting.
    channel.getState(true);
  }

  /**
   * Creates an executor that runs tasks on the calling thread after its shutdown: gRPC runs the
   * last callbacks after the channel has terminated, and none may be lost.
   */
  private ExecutorService executor(
      int coreThreads, int maxThreads, BlockingQueue<Runnable> queue, String role) {
    return new ThreadPoolExecutor(
        coreThreads,
        maxThreads,
        IDLE_SECONDS,
        SECONDS,
        queue,
        threads.named(role),
        (task, shutDown) -> task.run());
  }

  private ManagedChannel channel(EtcdSettings settings) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(
                settings.target(),
                settings.tls() == null ? InsecureChannelCredentials.create() : settings.tls())
            .eventLoopGroup(io)
            .channelType(NioSocketChannel.class)
            .executor(callExecutor)
            .offloadExecutor(workExecutor)
            .withOption(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(settings.connectTimeout().toMillis()))
            .defaultLoadBalancingPolicy(MemberBalancer.POLICY)
            .setNameResolverArg(
                MemberBalancer.CONNECTING,
                new MemberBalancer.Connecting(
                    settings.connectTimeout(), settings.tls() != null, silences))
            .maxInboundMessageSize(settings.maxInboundBytes())
            // No pings on idle connections: etcd would respond with GOAWAY too_many_pings.
            .keepAliveWithoutCalls(false)
            .keepAliveTime(settings.keepAliveTime().toMillis(), MILLISECONDS)
            .keepAliveTimeout(settings.keepAliveTimeout().toMillis(), MILLISECONDS)
            // A request must not be sent twice.
            .disableRetry();
    if (settings.authority() != null) {
      builder.overrideAuthority(settings.authority());
    }
    return builder.build();
  }

  /**
   * Runs a short task that uses the channel: on this thread if it belongs to the store, else on an
   * io thread, in the order of the calls.
   *
   * @throws RejectedExecutionException if the threads have ended
   */
  void onOwnThread(Runnable task) {
    if (threads.isCurrent()) {
      task.run();
    } else {
      io.execute(task);
    }
  }

  /**
   * Creates a call whose listener runs on the call threads. To be used on threads of the store
   * only.
   */
  <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
    reconnectSoon();
    return channel.newCall(method, options.withExecutor(callExecutor));
  }

  /**
   * Creates a call whose listener runs on a work thread. To be used on threads of the store only.
   */
  <Q, R> ClientCall<Q, R> newWatchCall(MethodDescriptor<Q, R> method, CallOptions options) {
    reconnectSoon();
    return channel.newCall(method, options.withExecutor(workExecutor));
  }

  /**
   * Resets the reconnect backoff when there are requests: the backoff of gRPC grows to two minutes,
   * but after a long outage etcd should be reconnected within seconds.
   */
  private void reconnectSoon() {
    if (channel.getState(false) != ConnectivityState.TRANSIENT_FAILURE) {
      return;
    }
    long now = System.nanoTime();
    long last = lastReset.get();
    if (now - last >= RECONNECT_NANOS && lastReset.compareAndSet(last, now)) {
      channel.resetConnectBackoff();
    }
  }

  /** Schedules a short task on an io thread. */
  ScheduledFuture<?> schedule(Runnable task, Duration delay) {
    return io.schedule(task, delay.toNanos(), NANOSECONDS);
  }

  /** Runs a task on a work thread. */
  void onWorkThread(Runnable task) {
    workExecutor.execute(task);
  }

  /**
   * Ends all calls and threads, and waits for their end within a bound; on a thread of the store it
   * does not wait for threads. Callbacks that do not block have run when this returns.
   */
  void close() {
    boolean first = closing.compareAndSet(false, true);
    if (first) {
      onOwnThread(channel::shutdownNow);
    }
    boolean own = threads.isCurrent();
    if (!first && own) {
      return;
    }
    boolean ended = false;
    try {
      // In this order: the channel needs the pools, and the pools the io threads.
      ended = channel.awaitTermination(CLOSE_MILLIS, MILLISECONDS);
      stopPools();
      if (!own) {
        ended &= awaitPools();
        stopIo(0);
        ended &= threads.join(CLOSE_MILLIS);
      }
    } catch (InterruptedException e) {
      ended = false;
      Thread.currentThread().interrupt();
    } finally {
      stopPools();
      stopIo(CLOSE_MILLIS / 2);
    }
    if (!ended) {
      log.warn("the connection to etcd is closed, but a callback is still running");
    }
  }

  private void stopPools() {
    callExecutor.shutdown();
    workExecutor.shutdown();
  }

  private boolean awaitPools() throws InterruptedException {
    boolean ended = callExecutor.awaitTermination(CLOSE_MILLIS, MILLISECONDS);
    return workExecutor.awaitTermination(CLOSE_MILLIS, MILLISECONDS) && ended;
  }

  /**
   * Only the first call has an effect; tasks of the pools are still accepted during the quiet time.
   */
  private void stopIo(long quietMillis) {
    var unused = io.shutdownGracefully(quietMillis, CLOSE_MILLIS, MILLISECONDS);
  }
}
