package io.petacore.internal.mvcc;

import java.util.ArrayList;
import java.util.List;

/** Records publications. */
public final class RecordingRevisionListener implements RevisionListener {

  /** A published state; {@code loaded} says whether it was a load. */
  public record Publication(
      AppliedState now, Commits commits, boolean loaded, boolean anotherHistory) {}

  public final List<Publication> publications = new ArrayList<>();

  @Override
  public void following(boolean now) {
    // Not recorded: tests of states use the state listener.
  }

  @Override
  public void applied(AppliedState now, Commits commits) {
    publications.add(new Publication(now, commits, false, false));
  }

  @Override
  public void loaded(AppliedState now, Commits commits, History history) {
    publications.add(new Publication(now, commits, true, history != History.SAME));
  }

  @Override
  public void unlocked() {
    // Nothing is deferred.
  }
}
