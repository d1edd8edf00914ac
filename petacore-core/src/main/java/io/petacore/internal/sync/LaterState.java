package io.petacore.internal.sync;

import io.petacore.internal.mvcc.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** A state that is read beside the one that is served, to be compared with it when it is whole. */
final class LaterState implements Destination {

  private final LongConsumer progress;
  private final List<Change> changes = new ArrayList<>();

  /**
   * @param progress told now and then how many entries were read
   */
  LaterState(LongConsumer progress) {
    this.progress = progress;
  }

  @Override
  public void begin() {
    changes.clear();
  }

  @Override
  public void add(Change present) {
    changes.add(present);
  }

  @Override
  public void progress(long entries) {
    progress.accept(entries);
  }

  List<Change> changes() {
    return changes;
  }
}
