package io.petacore.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Event;
import io.petacore.store.Guard;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.Answers;
import io.petacore.testing.RecordingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Behavior of etcd that the commit protocol relies on or must handle. A server that fails one of
 * these tests must not be used before the protocol is reviewed.
 */
@WithEtcd
class EtcdFactsTest {

  private static final Bytes VALUE = Bytes.utf8("v");

  private final EtcdCluster etcd;
  private final String namespace;

  /** Without client-side limits, so that the limits of the server apply. */
  private final KvStore store;

  EtcdFactsTest(EtcdCluster etcd) {
    this.etcd = etcd;
    namespace = etcd.freshNamespace();
    store =
        EtcdKvStore.builder()
            .endpoints(etcd.endpoints())
            .maxTxnOps(1_000_000)
            .maxRequestBytes(Integer.MAX_VALUE)
            .connect();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Bytes key(String name) {
    return Bytes.utf8(namespace + name);
  }

  private Operation put(String name) {
    return new Operation.Put(key(name), VALUE);
  }

  private Operation delete(String name) {
    return new Operation.Delete(key(name));
  }

  private static Operation group(List<Guard> guards, Operation... operations) {
    return new Operation.Group(guards, List.of(operations));
  }

  private BatchResult commit(Operation... operations) throws Exception {
    return Answers.answer(store.commit(new Batch(List.of(), List.of(operations), List.of())));
  }

  private String rejection(Operation... operations) {
    ExecutionException failure = assertThrows(ExecutionException.class, () -> commit(operations));
    StoreException rejected = assertInstanceOf(StoreException.class, failure.getCause());
    assertEquals(Kind.REJECTED, rejected.kind(), rejected.getMessage());
    return String.valueOf(rejected.getMessage());
  }

  private @Nullable KeyValue read(String name) throws Exception {
    KeyRange single = KeyRange.single(key(name));
    List<KeyValue> found = Answers.answer(store.range(new RangeRequest(single, 0, 0))).entries();
    return found.isEmpty() ? null : found.get(0);
  }

  private static String base64(Bytes bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  @Test
  void putsOfTheSameKeyAreRejectedAtAnyDepth() throws Exception {
    assertTrue(rejection(put("k"), put("k")).contains("duplicate key"));
    assertTrue(
        rejection(group(List.of(), put("k")), group(List.of(), put("k"))).contains("duplic"));
    assertTrue(rejection(put("k"), group(List.of(), put("k"))).contains("duplicate key"));
    assertNull(read("k"));
  }

  @Test
  void aDeleteBeforeAPutOfTheSameKeyIsRejected() throws Exception {
    assertTrue(rejection(delete("k"), put("k")).contains("duplicate key"));
    assertTrue(
        rejection(group(List.of(), delete("k")), group(List.of(), put("k"))).contains("dupl"));
  }

  /** So they must not share a request: the guards of both groups pass. */
  @Test
  void aPutBeforeADeleteAndTwoDeletesOfTheSameKeyAreAccepted() throws Exception {
    commit(put("k"));
    Guard guard = new Guard.OfKey(key("k"), commit(put("k")).revision());
    BatchResult both = commit(group(List.of(guard), put("k")), group(List.of(guard), delete("k")));
    assertEquals(List.of(true, true), both.groups());
    assertNull(read("k"));

    guard = new Guard.OfKey(key("k"), commit(put("k")).revision());
    both = commit(group(List.of(guard), delete("k")), group(List.of(guard), delete("k")));
    assertEquals(List.of(true, true), both.groups());
    assertNull(read("k"));
  }

  @Test
  void allGuardsAreEvaluatedBeforeAnyWrite() throws Exception {
    Guard absent = new Guard.OfKey(key("a"), 0);
    BatchResult result =
        commit(put("a"), group(List.of(absent), put("b"), group(List.of(absent), put("c"))));
    assertEquals(List.of(true, true), result.groups());
  }

  /** A comparison of values does not detect that a key was deleted and written again. */
  @ParameterizedTest
  @CsvSource({"VALUE, true", "MOD, false"})
  void onlyTheModRevisionDetectsARewrittenKey(String target, boolean passes) throws Exception {
    long read = commit(put("k")).revision();
    commit(delete("k"));
    commit(put("k"));
    String operand =
        target.equals("VALUE")
            ? "\"value\":\"" + base64(VALUE) + "\""
            : "\"mod_revision\":\"" + read + "\"";
    String compare =
        "{\"key\":\"%s\",\"target\":\"%s\",\"result\":\"EQUAL\",%s}"
            .formatted(base64(key("k")), target, operand);
    String response = etcd.client().call("/v3/kv/txn", "{\"compare\":[" + compare + "]}");
    assertEquals(passes, response.contains("\"succeeded\":true"), response);
  }

  /** So a comparison by "mod revision at most" would miss a concurrent delete. */
  @Test
  void aDeletedKeyHasModRevisionZero() throws Exception {
    long revision = commit(put("k")).revision();
    commit(delete("k"));
    Guard unchanged = new Guard.OfKey(key("k"), revision);
    Guard absent = new Guard.OfKey(key("k"), 0);
    assertEquals(List.of(false), commit(group(List.of(unchanged), put("x"))).groups());
    assertEquals(List.of(true), commit(group(List.of(absent), put("x"))).groups());
  }

  /** Hence the delete fence. */
  @Test
  void aKeyThatWasCreatedAndDeletedLooksUnchanged() throws Exception {
    Guard absent = new Guard.OfKey(key("k"), 0);
    commit(put("k"));
    commit(delete("k"));
    assertEquals(List.of(true), commit(group(List.of(absent), put("k"))).groups());
  }

  @Test
  void aPutWithARevokedLeaseRejectsTheRequest() throws Exception {
    long lease = Answers.answer(store.grantLease(Duration.ofMinutes(1)));
    Answers.answer(store.revokeLease(lease));
    Operation leased = new Operation.Put(key("leased"), VALUE, lease);
    Answers.assertFails(
        Kind.LEASE_NOT_FOUND,
        store.commit(new Batch(List.of(), List.of(put("a"), group(List.of(), leased)), List.of())));
    assertNull(read("a"));
  }

  /** A session fence that is advanced still ends with its lease. */
  @Test
  void aKeyPutAgainWithItsLeaseEndsWithIt() throws Exception {
    long lease = Answers.answer(store.grantLease(Duration.ofMinutes(1)));
    Operation fence = new Operation.Put(key("fence"), VALUE, lease);
    commit(fence);
    commit(fence);
    Answers.answer(store.revokeLease(lease));
    assertNull(read("fence"));
  }

  @ParameterizedTest
  @CsvSource({"63, 63, true", "64, 64, true", "64, 65, false", "1, 127, true", "1, 128, false"})
  void theLimitAppliesToTheOperationsOfEachLevel(int groups, int putsInEach, boolean accepted)
      throws Exception {
    Operation[] operations = new Operation[groups];
    for (int i = 0; i < groups; i++) {
      List<Operation> puts = new ArrayList<>();
      for (int j = 0; j < putsInEach; j++) {
        puts.add(put(i + "/" + j));
      }
      operations[i] = new Operation.Group(List.of(), puts);
    }
    if (accepted) {
      long revision = commit(operations).revision();
      KeyValue last = read(groups - 1 + "/" + (putsInEach - 1));
      assertEquals(revision, last == null ? 0 : last.modRevision());
    } else {
      assertTrue(rejection(operations).contains("too many operations"));
    }
  }

  @Test
  void theLimitAppliesToGuardsAndReads() throws Exception {
    List<Guard> guards = new ArrayList<>();
    List<Bytes> reads = new ArrayList<>();
    for (int i = 0; i < 128; i++) {
      guards.add(new Guard.OfKey(key("k" + i), 0));
      reads.add(key("k" + i));
    }
    assertTrue(Answers.answer(store.commit(new Batch(guards, List.of(), reads))).applied());
    guards.add(new Guard.OfKey(key("k128"), 0));
    Answers.assertFails(Kind.REJECTED, store.commit(new Batch(guards, List.of(), List.of())));
    reads.add(key("k128"));
    Answers.assertFails(Kind.REJECTED, store.commit(new Batch(List.of(), List.of(), reads)));
  }

  /**
   * The default limit of etcd is 1.5 MiB; far above it, gRPC rejects the request with a different
   * message.
   */
  @ParameterizedTest
  @CsvSource({"1572864", "4194304"})
  void aRequestOverTheSizeLimitIsRejected(int bytes) throws Exception {
    Operation large = new Operation.Put(key("large"), Bytes.of(new byte[bytes]));
    rejection(large);
    assertNull(read("large"));
    commit(put("large"));
  }

  @Test
  void aWatchFromAFutureRevisionWaitsForIt() throws Exception {
    long now = commit(put("k")).revision();
    RecordingListener listener = new RecordingListener();
    store.watch(KeyRange.prefix(namespace), now + 3, listener);
    listener.awaitOpened();
    long later = now;
    while (later < now + 3) {
      later = commit(put("k")).revision();
    }
    assertEquals(later, listener.nextRevision().revision());
  }

  /** A gap in the put counts of the commit record shows that a watch has lost revisions. */
  @Test
  void thePutCountOfAKeyCountsItsPuts() throws Exception {
    RecordingListener listener = new RecordingListener();
    long first = commit(put("k")).revision();
    store.watch(KeyRange.prefix(namespace), first, listener);
    listener.awaitOpened();
    commit(put("k"), put("other"));
    commit(delete("k"));
    commit(put("k"));
    List<Long> putCounts = new ArrayList<>();
    for (RevisionEvents revision : listener.nextRevisions(4)) {
      for (Event event : revision.events()) {
        if (event.key().equals(key("k"))) {
          putCounts.add(event.putCount());
        }
      }
    }
    assertEquals(List.of(1L, 2L, 0L, 1L), putCounts);
  }

  /** A watch that catches up receives many revisions per message, each complete and once. */
  @Test
  void catchingUpDeliversEveryRevisionCompletely() throws Exception {
    long first = 0;
    List<Long> revisions = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      long revision = commit(put("a" + i % 7), put("b" + i), put("c")).revision();
      first = first == 0 ? revision : first;
      revisions.add(revision);
    }
    RecordingListener listener = new RecordingListener();
    store.watch(KeyRange.prefix(namespace), first, listener);
    listener.awaitOpened();
    List<RevisionEvents> received = listener.nextRevisions(300);
    assertEquals(revisions, received.stream().map(RevisionEvents::revision).toList());
    assertFalse(received.stream().anyMatch(revision -> revision.events().size() != 3));
  }

  /** Other clients read the bytes that the application wrote. */
  @Test
  void otherClientsReadTheWrittenValue() throws Exception {
    byte[] text = "ünï¢ode".getBytes(UTF_8);
    commit(new Operation.Put(key("k"), Bytes.of(text)));
    assertEquals("ünï¢ode", etcd.client().get(namespace + "k").orElseThrow());
  }
}
