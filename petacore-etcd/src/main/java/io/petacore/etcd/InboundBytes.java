package io.petacore.etcd;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the bytes of messages as they arrive, before messages are complete. Written by an io
 * thread, read by any.
 */
final class InboundBytes extends ClientStreamTracer.Factory {

  private final AtomicLong count = new AtomicLong();

  /** Returns the number of bytes that have arrived on all streams with this factory. */
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
