package io.petacore.internal.transaction;

import io.petacore.internal.mvcc.MvccCache;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pins of all open snapshot handles. A handle that is lost unclosed would keep history for
 * ever; so each pin is held by a phantom reference to its handle, and is released when the handle
 * has been garbage-collected. It has no thread of its own: {@link #releaseForgotten} is called
 * periodically.
 */
final class OpenSnapshots {

  private final MvccCache cache;
  private final Set<Pin> open = ConcurrentHashMap.newKeySet();
  private final ReferenceQueue<PinnedSnapshot> forgotten = new ReferenceQueue<>();

  OpenSnapshots(MvccCache cache) {
    this.cache = cache;
  }

  /** Takes over a pin of the cache for a handle, and records the stack trace of the caller. */
  Pin add(PinnedSnapshot handle, long timestamp) {
    Pin pin = new Pin(handle, timestamp);
    open.add(pin);
    return pin;
  }

  /**
   * Releases the pins of lost handles.
   *
   * @return the stack traces of where they were opened
   */
  List<Throwable> releaseForgotten() {
    List<Throwable> openedAt = new ArrayList<>();
    for (Object found = forgotten.poll(); found != null; found = forgotten.poll()) {
      if (found instanceof Pin pin && pin.release()) {
        openedAt.add(pin.openedHere);
      }
    }
    return openedAt;
  }

  /** A pin of a handle; must not refer to the handle, which could never be collected otherwise. */
  final class Pin extends PhantomReference<PinnedSnapshot> {
    private final long timestamp;
    private final Throwable openedHere = new Throwable("opened here");

    private Pin(PinnedSnapshot handle, long timestamp) {
      super(handle, forgotten);
      this.timestamp = timestamp;
    }

    /** Releases the pin; returns false if it was released before. */
    boolean release() {
      boolean first = open.remove(this);
      if (first) {
        cache.unpin(timestamp);
      }
      return first;
    }
  }
}
