package io.petacore.etcd;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of one member, or of one of its addresses, as observed from its responses: the number
 * of pending requests, since when it is silent, and until when it should be avoided. The picker
 * uses it as a hint, so it may be slightly outdated.
 *
 * <p>Thread-safe.
 */
final class Member {

  /**
   * A member that is silent for this long with pending requests is picked only if all members are.
   */
  private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  /** A request that times out after this long a silence shows that the connection hangs. */
  private static final long HUNG_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A member without a leader, or a learner, is avoided for this long. */
  private static final long AVOID_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Listener for requests and for a member that hangs. */
  interface Listener {
    /** A request was sent. Called on the sending thread. */
    void requestSent();

    /** The member hangs. Called on any thread of the store. */
    void hangs();
  }

  private final String name;
  private final LongSupplier clock;
  private final Listener listener;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicBoolean probed = new AtomicBoolean();
  private final Set<Route> streams = ConcurrentHashMap.newKeySet();
  private volatile long heardAt;
  private volatile long pendingSince;
  private volatile long rejectsUntil;
  private volatile long silentUntil;

  /**
   * @param clock a monotonic clock, in nanoseconds
   */
  Member(String name, LongSupplier clock, Listener listener) {
    this.name = name;
    this.clock = clock;
    this.listener = listener;
    heardAt = clock.getAsLong();
    pendingSince = heardAt;
    rejectsUntil = heardAt;
    silentUntil = heardAt;
  }

  /** The endpoint, with its address if that differs. */
  String name() {
    return name;
  }

  long now() {
    return clock.getAsLong();
  }

  /** The number of pending requests. */
  int pending() {
    return pending.get();
  }

  /**
   * The penalty for picking this member; 0 if it is healthy. A rejection costs little time; a
   * request to a silent member may be lost until its timeout.
   */
  int penalty() {
    long now = clock.getAsLong();
    boolean rejects = now - rejectsUntil < 0;
    boolean silent = now - silentUntil < 0 || silence(now) > SILENCE_NANOS;
    return (silent ? 2 : 0) + (rejects ? 1 : 0);
  }

  /** Whether it has pending requests and is silent. */
  boolean isSilent() {
    return silence(clock.getAsLong()) > SILENCE_NANOS;
  }

  /** Whether it has been silent for so long that requests to it are probably lost. */
  boolean isUnresponsive() {
    long now = clock.getAsLong();
    return silence(now) > HUNG_NANOS;
  }

  /** How long it has been silent with pending requests, in nanoseconds. */
  private long silence(long now) {
    return pending.get() == 0 ? 0 : now - Math.max(pendingSince, heardAt);
  }

  boolean wasHeardSince(long time) {
    return heardAt - time >= 0;
  }

  /** Records a rejection, since the member cannot serve now. */
  void rejects() {
    rejectsUntil = clock.getAsLong() + AVOID_NANOS;
  }

  /** Avoids this member for a while, since it is silent. */
  void avoidForAWhile() {
    silentUntil = clock.getAsLong() + AVOID_NANOS;
  }

  /** Starts a probe, unless one is pending. */
  boolean beginProbe() {
    return probed.compareAndSet(false, true);
  }

  void endProbe() {
    probed.set(false);
  }

  /** Records that the member hangs: its streams are moved to other members if possible. */
  void hangs() {
    avoidForAWhile();
    listener.hangs();
    streams.forEach(Route::memberHangs);
  }

  /**
   * Traces a unary request or a stream to this member.
   *
   * @param route the route of the call; null for none
   */
  ClientStreamTracer.Factory trace(boolean unary, @Nullable Route route) {
    return new ClientStreamTracer.Factory() {
      @Override
      public ClientStreamTracer newClientStreamTracer(
          ClientStreamTracer.StreamInfo info, Metadata headers) {
        return unary ? new Request(route != null && route.isProbe()) : new Stream(route);
      }
    };
  }

  /** Every byte counts as a response, also of an incomplete message. */
  private class Tracer extends ClientStreamTracer {
    @Override
    public void inboundWireSize(long bytes) {
      heardAt = clock.getAsLong();
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
      heardAt = clock.getAsLong();
    }
  }

  private final class Stream extends Tracer {
    private final @Nullable Route route;

    Stream(@Nullable Route route) {
      this.route = route;
    }

    @Override
    public void streamCreated(Attributes transport, Metadata headers) {
      if (route != null) {
        streams.add(route);
      }
    }

    @Override
    public void streamClosed(Status status) {
      if (route != null) {
        streams.remove(route);
      }
    }
  }

  private final class Request extends Tracer {
    private final boolean probe;
    private long startedAt;
    private boolean counted;

    Request(boolean probe) {
      this.probe = probe;
    }

    // Called sequentially by gRPC.

    @Override
    public void streamCreated(Attributes transport, Metadata headers) {
      startedAt = clock.getAsLong();
      counted = true;
      if (pending.getAndIncrement() == 0) {
        pendingSince = startedAt;
      }
      listener.requestSent();
    }

    @Override
    public void streamClosed(Status status) {
      if (!counted) {
        return;
      }
      counted = false;
      pending.decrementAndGet();
      boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
      boolean silent = !wasHeardSince(startedAt);
      if (!probe && late && silent && clock.getAsLong() - startedAt > HUNG_NANOS) {
        hangs();
      }
    }
  }
}
