package io.petacore.etcd;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

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

  private final String name;
  private final LongSupplier clock;
  private final Runnable onHung;
  private final AtomicInteger owed = new AtomicInteger();
  private volatile long heardAt;
  private volatile long owingSince;
  private volatile long avoidUntil;

  /**
   * @param clock in nanoseconds
   * @param onHung is run when a request ran out of time in silence
   */
  Member(String name, LongSupplier clock, Runnable onHung) {
    this.name = name;
    this.clock = clock;
    this.onHung = onHung;
    heardAt = clock.getAsLong();
    owingSince = heardAt;
    avoidUntil = heardAt;
  }

  /** The endpoint, with its address where that is another. */
  String name() {
    return name;
  }

  /** How many requests it owes an answer. */
  int owed() {
    return owed.get();
  }

  /** The less, the rather it is asked: 0 if all is well. */
  int reluctance() {
    long now = clock.getAsLong();
    boolean avoided = now - avoidUntil < 0;
    boolean silent = owed.get() > 0 && now - Math.max(owingSince, heardAt) > SILENCE_NANOS;
    return (avoided ? 2 : 0) + (silent ? 1 : 0);
  }

  /** It can't serve now, and says so. */
  void avoidForAWhile() {
    avoidUntil = clock.getAsLong() + AVOID_NANOS;
  }

  /** Follows one request, which has one answer, and may follow a stream by its messages. */
  ClientStreamTracer.Factory follow(boolean unary) {
    return new ClientStreamTracer.Factory() {
      @Override
      public ClientStreamTracer newClientStreamTracer(
          ClientStreamTracer.StreamInfo info, Metadata headers) {
        return unary ? new Request() : new Stream();
      }
    };
  }

  private class Stream extends ClientStreamTracer {
    @Override
    public void inboundMessage(int number) {
      heardAt = clock.getAsLong();
    }
  }

  private final class Request extends Stream {
    private long startedAt;
    private boolean counted;

    // gRPC calls these one after another.

    @Override
    public void streamCreated(Attributes transport, Metadata headers) {
      startedAt = clock.getAsLong();
      counted = true;
      if (owed.getAndIncrement() == 0) {
        owingSince = startedAt;
      }
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
      heardAt = clock.getAsLong();
    }

    @Override
    public void streamClosed(Status status) {
      if (!counted) {
        return;
      }
      counted = false;
      owed.decrementAndGet();
      boolean silent = heardAt - startedAt < 0;
      boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
      if (late && silent && clock.getAsLong() - startedAt > HUNG_NANOS) {
        avoidForAWhile();
        onHung.run();
      }
    }
  }
}
