package io.petacore.it.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One direction of one link: bytes read from one socket, kept for as long as the direction's {@link
 * Flow} says, and written to the other. What was read is still delivered after its sender has hung
 * up: that is how a request arrives that its client has given up.
 */
final class Stream {

  /** Beyond it the sender is made to wait, by TCP's own means. */
  private static final int MOST_QUEUED_BYTES = 1 << 18;

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

  /** How many bytes have been read and not yet written. */
  long queuedBytes() {
    return queuedBytes;
  }

  /** Whether bytes were swallowed: nobody can make sense of what would come after them. */
  boolean isLossy() {
    return lossy;
  }

  /** Whether nothing will be written any more. */
  boolean isDone() {
    return sinkEnded;
  }

  /** Reads what is there. */
  void pull() {
    int count;
    try {
      count = source().read(buffer.clear());
    } catch (IOException e) {
      // A reset ends the source like a proper end; what it sent before still counts.
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
    long due = flow.carried(copy.remaining());
    queue.add(new Chunk(copy, due));
    queuedBytes += copy.remaining();
    if (flow.isSlow()) {
      loop.at(due, this::push);
    }
  }

  /** Does with what is queued what the flow says, now that either may have changed. */
  void push() {
    switch (flow.mode()) {
      case PASS -> {
        writeWhatIsDue();
        if (sourceEnded && queue.isEmpty()) {
          endSink();
        }
      }
      case HOLD -> setInterest(sinkKey, SelectionKey.OP_WRITE, false);
      case SWALLOW -> {
        lossy |= !queue.isEmpty();
        forgetQueue();
      }
    }
    setInterest(sourceKey, SelectionKey.OP_READ, !sourceEnded && queuedBytes < MOST_QUEUED_BYTES);
  }

  private void writeWhatIsDue() {
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
      // Nobody is left to write to. What flows the other way is not concerned.
      forgetQueue();
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
      // It had ended by itself.
    }
    whenDone.run();
  }

  private void forgetQueue() {
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
