package io.petacore.internal.transaction;

import io.petacore.internal.mvcc.MvccCache;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pins of all open snapshot handles. A handle that was forgotten would keep history for ever;
 * so each pin is held by a reference that outlives its handle, and is ended when the collector has
 * found that nobody has the handle any more. No thread of its own: it is asked now and then.
 */
final class OpenSnapshots {

  private final MvccCache cache;
  private final Set<Pin> open = ConcurrentHashMap.newKeySet();
  private final ReferenceQueue<PinnedSnapshot> forgotten = new ReferenceQueue<>();

  OpenSnapshots(MvccCache cache) {
    this.cache = cache;
  }

  /** Takes over a pin that has been set, for a handle; whoever calls is remembered. */
  Pin add(PinnedSnapshot handle, long timestamp) {
    Pin pin = new Pin(handle, timestamp);
    open.add(pin);
    return pin;
  }

  /**
   * Ends the pins of forgotten handles.
   *
   * @return where each of them was opened
   */
  List<Throwable> releaseForgotten() {
    List<Throwable> places = new ArrayList<>();
    for (Object found = forgotten.poll(); found != null; found = forgotten.poll()) {
      if (found instanceof Pin pin && pin.release()) {
        places.add(pin.openedHere);
      }
    }
    return places;
  }

  /** What a handle keeps: must not know the handle, which could never be forgotten otherwise. */
  final class Pin extends PhantomReference<PinnedSnapshot> {
    private final long timestamp;
    private final Throwable openedHere = new Throwable("opened here");

    private Pin(PinnedSnapshot handle, long timestamp) {
      super(handle, forgotten);
      this.timestamp = timestamp;
    }

    /** Ends it; false if it had ended. */
    boolean release() {
      boolean first = open.remove(this);
      if (first) {
        cache.unpin(timestamp);
      }
      return first;
    }
  }
}
