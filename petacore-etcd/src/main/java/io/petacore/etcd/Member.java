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
 * What is known of one member, or of one address of it, from how it answers: which requests it owes
 * an answer, since when it has been silent, and until when it is better avoided. All of that is
 * advice to the picker, so it may be a little late.
 *
 * <p>Safe for use by many threads.
 */
final class Member {

  /** A member that owes an answer and says nothing for so long is asked only if all are so. */
  private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  /** A request that ran out of time after so long a silence leaves no trust in the connection. */
  private static final long HUNG_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A member without a leader, or a learner, is asked again after this. */
  private static final long AVOID_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What is told of the requests that are sent, and of a member that hangs. */
  interface Listener {
    /** The member owes an answer. On the thread that sends. */
    void requestSent();

    /** The member hangs. On any thread of the store. */
    void hangs();
  }

  private final String name;
  private final LongSupplier clock;
  private final Listener listener;
  private final AtomicInteger owed = new AtomicInteger();
  private final AtomicBoolean probed = new AtomicBoolean();
  private final Set<Route> streams = ConcurrentHashMap.newKeySet();
  private volatile long heardAt;
  private volatile long owingSince;
  private volatile long refusesUntil;
  private volatile long silentUntil;

  /**
   * @param clock in nanoseconds
   */
  Member(String name, LongSupplier clock, Listener listener) {
    this.name = name;
    this.clock = clock;
    this.listener = listener;
    heardAt = clock.getAsLong();
    owingSince = heardAt;
    refusesUntil = heardAt;
    silentUntil = heardAt;
  }

  /** The endpoint, with its address where that is another. */
  String name() {
    return name;
  }

  long now() {
    return clock.getAsLong();
  }

  /** How many requests it owes an answer. */
  int owed() {
    return owed.get();
  }

  /**
   * The less, the rather it is asked: 0 if all is well. One that refuses costs a moment; what is
   * sent to one that is silent may be lost for as long as a request takes.
   */
  int reluctance() {
    long now = clock.getAsLong();
    boolean refuses = now - refusesUntil < 0;
    boolean silent = now - silentUntil < 0 || silence(now) > SILENCE_NANOS;
    return (silent ? 2 : 0) + (refuses ? 1 : 0);
  }

  /** Whether it owes an answer and says nothing. */
  boolean isSilent() {
    return silence(clock.getAsLong()) > SILENCE_NANOS;
  }

  /** Whether it has been so for so long that only the worst can be expected of it. */
  boolean isMute() {
    long now = clock.getAsLong();
    return silence(now) > HUNG_NANOS;
  }

  /** For how long it has said nothing while it owed an answer, in nanoseconds. */
  private long silence(long now) {
    return owed.get() == 0 ? 0 : now - Math.max(owingSince, heardAt);
  }

  boolean wasHeardSince(long time) {
    return heardAt - time >= 0;
  }

  /** It can't serve now, and says so. */
  void refuses() {
    refusesUntil = clock.getAsLong() + AVOID_NANOS;
  }

  /** What is open there is silent. */
  void avoidForAWhile() {
    silentUntil = clock.getAsLong() + AVOID_NANOS;
  }

  /** Whether it may be asked for a sign of life: not while it owes one. */
  boolean beginProbe() {
    return probed.compareAndSet(false, true);
  }

  void endProbe() {
    probed.set(false);
  }

  /** It hangs: what is open there is moved elsewhere, as far as it can be. */
  void hangs() {
    avoidForAWhile();
    listener.hangs();
    streams.forEach(Route::memberHangs);
  }

  /**
   * Follows one request, which has one answer, or a stream by its messages.
   *
   * @param route of the call; null if it has none
   */
  ClientStreamTracer.Factory follow(boolean unary, @Nullable Route route) {
    return new ClientStreamTracer.Factory() {
      @Override
      public ClientStreamTracer newClientStreamTracer(
          ClientStreamTracer.StreamInfo info, Metadata headers) {
        return unary ? new Request(route != null && route.isProbe()) : new Stream(route);
      }
    };
  }

  /** Every byte is a sign of life: a long message is one long before it is whole. */
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

    // gRPC calls these one after another.

    @Override
    public void streamCreated(Attributes transport, Metadata headers) {
      startedAt = clock.getAsLong();
      counted = true;
      if (owed.getAndIncrement() == 0) {
        owingSince = startedAt;
      }
      listener.requestSent();
    }

    @Override
    public void streamClosed(Status status) {
      if (!counted) {
        return;
      }
      counted = false;
      owed.decrementAndGet();
      boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
      boolean silent = !wasHeardSince(startedAt);
      if (!probe && late && silent && clock.getAsLong() - startedAt > HUNG_NANOS) {
        hangs();
      }
    }
  }
}
