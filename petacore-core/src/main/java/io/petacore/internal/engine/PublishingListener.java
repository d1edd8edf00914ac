package io.petacore.internal.engine;

import io.petacore.internal.feed.Subscriptions;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.RevisionListener;
import java.util.List;

/**
 * Passes what the cache's writer publishes to subscriptions, and everything else to the pipeline.
 */
record PublishingListener(RevisionListener pipeline, Subscriptions subscriptions)
    implements RevisionListener {

  @Override
  public void published(
      List<Change> changes, AppliedState before, AppliedState now, boolean resync) {
    subscriptions.published(changes, before, now, resync);
  }

  @Override
  public void following(boolean now) {
    pipeline.following(now);
  }

  @Override
  public void applied(AppliedState now, Commits commits) {
    pipeline.applied(now, commits);
  }

  @Override
  public void loadSent(long sentAt) {
    pipeline.loadSent(sentAt);
  }

  @Override
  public void loaded(AppliedState now, Commits commits, History history) {
    pipeline.loaded(now, commits, history);
  }

  @Override
  public void unlocked() {
    pipeline.unlocked();
  }
}
