package io.petacore.internal.mvcc;

import java.util.ArrayList;
import java.util.List;

/** Writes down what it is told. */
public final class RecordingRevisionListener implements RevisionListener {

  /** What came with one publication; loaded is whether it was a load. */
  public record Told(AppliedState now, Commits commits, boolean loaded, boolean anotherHistory) {}

  public final List<Told> told = new ArrayList<>();

  @Override
  public void following(boolean now) {
    // Tests of states look at those.
  }

  @Override
  public void applied(AppliedState now, Commits commits) {
    told.add(new Told(now, commits, false, false));
  }

  @Override
  public void loaded(AppliedState now, Commits commits, History history) {
    told.add(new Told(now, commits, true, history != History.SAME));
  }

  @Override
  public void unlocked() {
    // Nothing was put off.
  }
}
