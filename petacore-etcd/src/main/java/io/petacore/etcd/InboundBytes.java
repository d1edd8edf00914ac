package io.petacore.etcd;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the bytes of messages as they arrive, long before a message is whole. Counted by an io
 * thread, read by any.
 */
final class InboundBytes extends ClientStreamTracer.Factory {

  private final AtomicLong count = new AtomicLong();

  /** How many have arrived, of all streams that were given this. */
  long count() {
    return count.get();
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      @Override
      public void inboundWireSize(long bytes) {
        count.addAndGet(bytes);
      }
    };
  }
}
