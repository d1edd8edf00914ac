package io.petacore.store;

import static io.petacore.store.StoreUnderTest.batch;
import static io.petacore.store.StoreUnderTest.group;
import static io.petacore.testing.Answers.answer;
import static io.petacore.testing.Answers.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.testing.RecordingListener;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The contract of leases. */
interface LeaseContract {

  /** About the minimum time to live that an etcd server grants. */
  Duration TIME_TO_LIVE = Duration.ofSeconds(2);

  Duration LONG = Duration.ofMinutes(10);

  StoreUnderTest under();

  private long grant(Duration timeToLive) throws Exception {
    return answer(under().store().grantLease(timeToLive));
  }

  @Test
  default void theKeysOfALeaseThatRunsOutGoInOneRevision() throws Exception {
    long lease = grant(TIME_TO_LIVE);
    under().write(under().put("kept", "v"));
    under().commit(under().put("a", "1", lease), under().put("b", "2", lease));
    long last = under().write(under().put("c", "3", lease));
    RecordingListener listener = under().watch(under().all(), last + 1).awaitOpened();

    under().passTime(TIME_TO_LIVE);

    RevisionEvents gone = listener.nextRevision();
    assertEquals(
        Set.of(under().deleteEvent("a"), under().deleteEvent("b"), under().deleteEvent("c")),
        new HashSet<>(gone.events()));
    assertEquals(3, gone.events().size());
    assertTrue(gone.revision() > last);
    assertEquals(
        List.of(under().key("kept")), under().entries().stream().map(KeyValue::key).toList());
    assertFails(StoreException.Kind.LEASE_NOT_FOUND, under().store().renewLease(lease));
    listener.assertQuiet();
  }

  @Test
  default void renewalKeepsALease() throws Exception {
    long renewed = grant(TIME_TO_LIVE);
    long last = under().write(under().put("renewed", "v", renewed));
    RecordingListener listener = under().watch(under().all(), last + 1).awaitOpened();

    // The lifetimes of two other leases, one after the other, measure the time.
    for (String measure : List.of("first", "second")) {
      long put = under().write(under().put(measure, "v", grant(TIME_TO_LIVE)));
      assertEquals(put, listener.nextRevision().revision());
      RevisionEvents received = null;
      for (int i = 0; i < 600 && received == null; i++) {
        under().passTime(TIME_TO_LIVE.dividedBy(4));
        answer(under().store().renewLease(renewed));
        received = listener.pollRevision(50);
      }
      assertNotNull(received, "the other lease ran out");
      assertEquals(List.of(under().deleteEvent(measure)), received.events());
    }
    assertNotNull(under().get("renewed"));
    answer(under().store().revokeLease(renewed));
  }

  @Test
  default void aRevokedLeaseTakesItsKeysInOneRevision() throws Exception {
    long lease = grant(LONG);
    long other = grant(LONG);
    under().write(under().put("other", "v", other));
    under().write(under().put("a", "1", lease));
    long last = under().write(under().put("b", "2", lease));
    RecordingListener listener = under().watch(under().all(), last + 1).awaitOpened();

    answer(under().store().revokeLease(lease));

    assertEquals(
        List.of(under().key("other")), under().entries().stream().map(KeyValue::key).toList());
    assertEquals(
        Set.of(under().deleteEvent("a"), under().deleteEvent("b")),
        new HashSet<>(listener.nextRevision().events()));
    assertFails(StoreException.Kind.LEASE_NOT_FOUND, under().store().renewLease(lease));
    answer(under().store().revokeLease(lease));
    answer(under().store().revokeLease(other));
  }

  @Test
  default void aPutWithALeaseThatHasEndedRefusesTheWholeBatch() throws Exception {
    long lease = grant(LONG);
    answer(under().store().revokeLease(lease));
    List<Batch> refused =
        List.of(
            batch(under().put("a", "1", lease)),
            batch(under().put("b", "1"), under().put("a", "1", lease)),
            batch(under().put("b", "1"), group(List.of(), under().put("a", "1", lease))),
            batch(under().put("b", "1"), under().put("a", "1", lease + 1_000_000_007)));
    for (Batch batch : refused) {
      assertFails(StoreException.Kind.LEASE_NOT_FOUND, under().store().commit(batch));
    }
    assertEquals(List.of(), under().entries());
  }

  @Test
  default void aKeyGoesWithTheLeaseOfItsLastPut() throws Exception {
    long lease = grant(LONG);
    long later = grant(LONG);
    under()
        .commit(
            under().put("same", "1", lease),
            under().put("moved", "1", lease),
            under().put("freed", "1", lease),
            under().put("recreated", "1", lease));
    under().commit(under().put("moved", "2", later), under().put("freed", "2"));
    under().commit(under().put("same", "2", lease), under().delete("recreated"));
    under().write(under().put("recreated", "2"));

    answer(under().store().revokeLease(lease));
    assertNull(under().get("same"));
    assertNotNull(under().get("moved"));

    answer(under().store().revokeLease(later));
    assertEquals(
        List.of(under().key("freed"), under().key("recreated")),
        under().entries().stream().map(KeyValue::key).toList());
  }
}
