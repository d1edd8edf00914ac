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
 * The gRPC channel to the cluster and every thread it uses. All of them are the store's own, since
 * gRPC's shared ones outlive a channel.
 *
 * <p>gRPC and Netty run on no other thread. On a caller's thread they would leave thread-locals
 * behind, which an application server's threads keep, and with them all classes of an application
 * that has been undeployed.
 *
 * <p>Three kinds of thread: <em>io</em> moves bytes, keeps deadlines, and starts what callers ask
 * for, so that the start of a call costs no change of threads of its own; <em>call</em> completes
 * requests; <em>work</em> is for what may take its time: it looks up names, and runs the listeners
 * of watches, one thread for each that has something to tell, so that a slow one holds up nobody
 * but itself.
 */
final class Connection {

  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /** One is enough for a handful of connections, since it only moves bytes. */
  private static final int IO_THREADS = 1;

  private static final int CALL_THREADS = 2;

  /** The least time between two resets of the backoff: what gRPC itself waits at first. */
  private static final long RECONNECT_NANOS = SECONDS.toNanos(1);

  private static final long IDLE_SECONDS = 60;

  /** How long {@link #close()} waits for each stage; only a callback that blocks needs it. */
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
    // The first look starts the connecting, and waits for nothing.
    channel.getState(true);
  }

  /**
   * What comes in after the shutdown runs where it is: gRPC hands out the last callbacks of calls
   * when its channel has terminated already, and none may be lost.
   */
  private ExecutorService executor(
      int threadsKept, int threadsAtMost, BlockingQueue<Runnable> queue, String role) {
    return new ThreadPoolExecutor(
        threadsKept,
        threadsAtMost,
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
            // An idle connection is never pinged: etcd would answer with GOAWAY too_many_pings.
            .keepAliveWithoutCalls(false)
            .keepAliveTime(settings.keepAliveTime().toMillis(), MILLISECONDS)
            .keepAliveTimeout(settings.keepAliveTimeout().toMillis(), MILLISECONDS)
            // A request leaves once or not at all: that it is never repeated must be plain to see.
            .disableRetry();
    if (settings.authority() != null) {
      builder.overrideAuthority(settings.authority());
    }
    return builder.build();
  }

  /**
   * Runs a task that uses the channel: on this thread if it is one of the store's own, else on an
   * io thread, in the order of the calls. It must be a short one.
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

  /** A call whose listener runs on the call threads; to be used on the store's own threads. */
  <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
    reconnectSoon();
    return channel.newCall(method, options.withExecutor(callExecutor));
  }

  /** A call whose listener runs on a work thread; to be used on the store's own threads. */
  <Q, R> ClientCall<Q, R> newWatchCall(MethodDescriptor<Q, R> method, CallOptions options) {
    reconnectSoon();
    return channel.newCall(method, options.withExecutor(workExecutor));
  }

  /**
   * Cuts short the wait for the next attempt to connect, when someone has work: gRPC's backoff
   * grows to two minutes, and an etcd that is back after a long outage should be found within
   * seconds.
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

  /** Runs a task on an io thread after a while; it must be a short one. */
  ScheduledFuture<?> schedule(Runnable task, Duration delay) {
    return io.schedule(task, delay.toNanos(), NANOSECONDS);
  }

  /** Runs a task on a work thread. */
  void onWorkThread(Runnable task) {
    workExecutor.execute(task);
  }

  /**
   * Ends all calls and all threads, and waits for that, within a bound; on one of these threads it
   * does not wait for the threads. Their callbacks have run when it returns, as far as none blocks.
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
      // Each needs what comes after it: the channel its threads, the pools those that move bytes.
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
      log.warn("closed the connection to etcd, but some callback of the store is still running");
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

  /** The first call counts; for as long as the quiet time tasks of the pools are still taken. */
  private void stopIo(long quietMillis) {
    var unused = io.shutdownGracefully(quietMillis, CLOSE_MILLIS, MILLISECONDS);
  }
}
