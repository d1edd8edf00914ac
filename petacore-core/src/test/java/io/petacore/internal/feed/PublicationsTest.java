package io.petacore.internal.feed;

import static io.petacore.internal.feed.FeedFixture.change;
import static io.petacore.internal.feed.FeedFixture.revision;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.subscription.Change;
import org.junit.jupiter.api.Test;

/** Revisions are added by the writer while the dispatcher gets no processor time. */
class PublicationsTest {

  private final Publications publications = new Publications();

  /** Fails if the writer adds without a bound. */
  @Test
  void changesThatWaitAreBounded() {
    for (long i = 1; i <= 3 * Publications.MAX_CHANGES; i++) {
      publications.add(revision(i, change("k", "0", "1")));
      assertTrue(publications.waitingChanges() <= Publications.MAX_CHANGES);
    }
  }

  /** Fails if only some of the values that a change holds count. */
  @Test
  void bytesThatWaitAreBounded() {
    Bytes megabyte = Bytes.of(new byte[1 << 20]);
    Bytes key = Bytes.utf8("k");
    for (long i = 1; i <= 100; i++) {
      publications.add(revision(i, new Change(key, megabyte, null)));
      publications.add(revision(i, new Change(key, null, megabyte)));
      assertTrue(publications.waitingChanges() <= Publications.MAX_BYTES >> 20);
    }
  }

  @Test
  void whatWaitsIsDistributedInOrder() {
    FeedSubscription all = FeedFixture.subscription(KeyRange.all(), 1_000);
    FeedSubscription some = FeedFixture.subscription(KeyRange.prefix("b"), 1_000);
    publications.index(RangeIndex.EMPTY.with(all).with(some));
    all.accept();
    some.accept();
    all.startAtApplied();
    some.startAtApplied();
    publications.add(revision(1, change("a", null, "1"), change("b", null, "1")));
    publications.add(revision(2, change("c", null, "1")));
    assertEquals(0, all.pendingChanges());
    publications.distribute();
    assertEquals(0, publications.waitingChanges());
    assertEquals(3, all.pendingChanges());
    assertEquals(1, some.pendingChanges());
  }
}
