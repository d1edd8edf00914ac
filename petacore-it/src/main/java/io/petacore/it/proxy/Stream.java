package io.petacore.it.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One direction of a link: reads bytes from one socket and writes them to the other, as its {@link
 * Flow} determines. Bytes are delivered even after the sender has closed its connection, so that a
 * request may arrive after its client has timed out.
 */
final class Stream {

  /** Limit on queued bytes, after which TCP flow control stops the sender. */
  private static final int MAX_QUEUED_BYTES = 1 << 18;

  private record Chunk(ByteBuffer bytes, long dueNanos) {}

  private final SelectorLoop loop;
  private final Flow flow;
  private final SelectionKey sourceKey;
  private final SelectionKey sinkKey;
  private final Runnable whenDone;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
  private final Deque<Chunk> queue = new ArrayDeque<>();

  private long queuedBytes;
  private boolean sourceEnded;
  private boolean sinkEnded;
  private boolean lossy;

  Stream(
      SelectorLoop loop,
      Flow flow,
      SelectionKey sourceKey,
      SelectionKey sinkKey,
      Runnable whenDone) {
    this.loop = loop;
    this.flow = flow;
    this.sourceKey = sourceKey;
    this.sinkKey = sinkKey;
    this.whenDone = whenDone;
  }

  /** The number of bytes read and not yet written. */
  long queuedBytes() {
    return queuedBytes;
  }

  /** Whether bytes were dropped, after which the connection is useless. */
  boolean isLossy() {
    return lossy;
  }

  /** Whether writing has ended. */
  boolean isDone() {
    return sinkEnded;
  }

  /** Reads available bytes. */
  void pull() {
    int count;
    try {
      count = source().read(buffer.clear());
    } catch (IOException e) {
      // A reset is handled like an orderly close: earlier bytes are still delivered.
      count = -1;
    }
    if (count < 0) {
      sourceEnded = true;
    } else if (count > 0 && !sinkEnded) {
      accept(buffer.flip());
    }
    push();
  }

  private void accept(ByteBuffer bytes) {
    if (flow.mode() == Flow.Mode.SWALLOW) {
      lossy = true;
      return;
    }
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    long due = flow.transmitted(copy.remaining());
    queue.add(new Chunk(copy, due));
    queuedBytes += copy.remaining();
    if (flow.isSlow()) {
      loop.at(due, this::push);
    }
  }

  /**
   * Handles queued bytes as the flow determines; to be called after the queue or the flow has
   * changed.
   */
  void push() {
    switch (flow.mode()) {
      case PASS -> {
        writeDueChunks();
        if (sourceEnded && queue.isEmpty()) {
          endSink();
        }
      }
      case HOLD -> setInterest(sinkKey, SelectionKey.OP_WRITE, false);
      case SWALLOW -> {
        lossy |= !queue.isEmpty();
        clearQueue();
      }
    }
    setInterest(sourceKey, SelectionKey.OP_READ, !sourceEnded && queuedBytes < MAX_QUEUED_BYTES);
  }

  private void writeDueChunks() {
    boolean blocked = false;
    try {
      while (!blocked && !sinkEnded) {
        Chunk head = queue.peek();
        if (head == null || head.dueNanos - System.nanoTime() > 0) {
          break;
        }
        queuedBytes -= sink().write(head.bytes);
        blocked = head.bytes.hasRemaining();
        if (!blocked) {
          queue.remove();
        }
      }
    } catch (IOException e) {
      // The receiver is gone; the other direction is not affected.
      clearQueue();
      endSink();
    }
    setInterest(sinkKey, SelectionKey.OP_WRITE, blocked);
  }

  private void endSink() {
    if (sinkEnded) {
      return;
    }
    sinkEnded = true;
    try {
      if (sink().isOpen()) {
        sink().shutdownOutput();
      }
    } catch (IOException e) {
      // Already closed.
    }
    whenDone.run();
  }

  private void clearQueue() {
    queue.clear();
    queuedBytes = 0;
  }

  private SocketChannel source() {
    return (SocketChannel) sourceKey.channel();
  }

  private SocketChannel sink() {
    return (SocketChannel) sinkKey.channel();
  }

  private static void setInterest(SelectionKey key, int operation, boolean interested) {
    if (!key.isValid()) {
      return;
    }
    if (interested) {
      key.interestOpsOr(operation);
    } else {
      key.interestOpsAnd(~operation);
    }
  }
}
