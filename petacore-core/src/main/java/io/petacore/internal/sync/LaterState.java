package io.petacore.internal.sync;

import io.petacore.internal.mvcc.Change;
import java.util.ArrayList;
import java.util.List;

/** A state that is read beside the one that is served, to be compared with it when it is whole. */
final class LaterState implements Destination {

  private final List<Change> changes = new ArrayList<>();

  @Override
  public void begin() {
    changes.clear();
  }

  @Override
  public void add(Change present) {
    changes.add(present);
  }

  List<Change> changes() {
    return changes;
  }
}
