package io.petacore.internal.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.data.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts what each flush waits for. An epoch is the writes between two flushes; a flush ends the
 * current one, and is over when that epoch and all before it have no unresolved write.
 *
 * <p>A write joins the current epoch, and leaves it when it is resolved. A write that replaces an
 * older one of its key takes over that one's epoch: so a flush waits for the newer value, too.
 *
 * <p><b>No write is missed.</b> A writer counts itself, then looks whether the epoch is still the
 * current one; a flush ends the epoch, then looks at the count. Whichever comes second sees the
 * other: the flush waits for the writer, or the writer joins the next epoch.
 *
 * <p>Failures are kept as a number and an example, so that they take bounded memory. They are
 * reported to every flush that waits at that moment; without one, to the next. Safe for use by many
 * threads.
 */
final class Epochs {

  /**
   * Writes that have failed for good.
   *
   * @param count their number
   * @param key the key of the first; null if there is none
   * @param cause its failure; null if there is none
   */
  record Failed(long count, @Nullable Bytes key, @Nullable RuntimeException cause) {

    static final Failed NONE = new Failed(0, null, null);

    Failed plus(Failed more) {
      return count == 0 ? more : new Failed(count + more.count, key, cause);
    }
  }

  /** The writes between two flushes. */
  static final class Epoch {
    private final AtomicLong unresolved = new AtomicLong();
    private final CompletableFuture<Failed> done = new CompletableFuture<>();
    private Failed failed = Failed.NONE; // guarded by the epochs
    private boolean abandoned; // guarded by the epochs

    /** Completes when the flush that has ended this epoch is over. */
    CompletableFuture<Failed> done() {
      return done;
    }
  }

  /** The ended epochs that are not over, in order. */
  @GuardedBy("this")
  private final Deque<Epoch> ended = new ArrayDeque<>();

  private volatile Epoch current = new Epoch();
  private volatile boolean closed;
  private volatile boolean awaited;

  /** Joins the current epoch; null if they are closed. */
  @Nullable Epoch join() {
    while (!closed) {
      Epoch epoch = current;
      epoch.unresolved.incrementAndGet();
      if (!closed && current == epoch) {
        return epoch;
      }
      leave(epoch);
    }
    return null;
  }

  /** A write of an epoch is resolved. */
  void leave(Epoch epoch) {
    if (epoch.unresolved.decrementAndGet() == 0 && (closed || current != epoch)) {
      completeDrained();
    }
  }

  /** A write of an epoch has failed for good. */
  void fail(Epoch epoch, Bytes key, RuntimeException cause) {
    synchronized (this) {
      epoch.failed = epoch.failed.plus(new Failed(1, key, cause));
    }
    leave(epoch);
  }

  /** Ends the current epoch for a flush. */
  Epoch flush() {
    Epoch epoch;
    synchronized (this) {
      epoch = current;
      if (closed) {
        return epoch;
      }
      end(epoch);
      current = new Epoch();
    }
    completeDrained();
    return epoch;
  }

  /** Ends the current epoch as the last one; returns it, also if that was done before. */
  Epoch close() {
    Epoch last;
    synchronized (this) {
      last = current;
      if (!closed) {
        end(last);
        closed = true;
      }
    }
    completeDrained();
    return last;
  }

  @GuardedBy("this")
  private void end(Epoch epoch) {
    ended.addLast(epoch);
    awaited = true;
  }

  /** Whether no write can join. */
  boolean isClosed() {
    return closed;
  }

  /** Whether a flush is not over. */
  boolean isAwaited() {
    return awaited;
  }

  /**
   * The flush that has ended an epoch waits no longer: the next one is to get the failures.
   *
   * @return false if the flush was over before
   */
  synchronized boolean abandon(Epoch epoch) {
    epoch.abandoned = true;
    return ended.contains(epoch);
  }

  private void completeDrained() {
    List<Runnable> completions = new ArrayList<>();
    synchronized (this) {
      while (!ended.isEmpty() && ended.getFirst().unresolved.get() == 0) {
        Epoch epoch = ended.removeFirst();
        Failed failed = epoch.failed;
        Epoch next = ended.peekFirst();
        if (next == null && epoch.abandoned && current != epoch) {
          next = current;
        }
        if (next != null) {
          next.failed = failed.plus(next.failed);
        }
        completions.add(() -> epoch.done.complete(failed));
      }
      awaited = !ended.isEmpty();
    }
    completions.forEach(Runnable::run);
  }
}
