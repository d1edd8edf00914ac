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
 * What etcd itself does with transactions, where PetaCore's protocol relies on it or has to get
 * along with it. A server that fails one of these must not be used before the protocol was thought
 * over.
 */
@WithEtcd
class EtcdFactsTest {

  private static final Bytes VALUE = Bytes.utf8("v");

  private final EtcdCluster etcd;
  private final String namespace;

  /** Without limits of its own, so that the server's are met. */
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

  private String refusal(Operation... operations) {
    ExecutionException failure = assertThrows(ExecutionException.class, () -> commit(operations));
    StoreException refused = assertInstanceOf(StoreException.class, failure.getCause());
    assertEquals(Kind.REJECTED, refused.kind(), refused.getMessage());
    return String.valueOf(refused.getMessage());
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
  void aKeyPutTwiceIsRefusedAtAnyDepth() throws Exception {
    assertTrue(refusal(put("k"), put("k")).contains("duplicate key"));
    assertTrue(refusal(group(List.of(), put("k")), group(List.of(), put("k"))).contains("duplic"));
    assertTrue(refusal(put("k"), group(List.of(), put("k"))).contains("duplicate key"));
    assertNull(read("k"));
  }

  @Test
  void aDeleteBeforeAPutOfTheKeyIsRefused() throws Exception {
    assertTrue(refusal(delete("k"), put("k")).contains("duplicate key"));
    assertTrue(refusal(group(List.of(), delete("k")), group(List.of(), put("k"))).contains("dupl"));
  }

  /** So the sender must keep these apart: both groups' guards pass, and both believe they won. */
  @Test
  void aPutBeforeADeleteAndTwoDeletesOfTheKeyAreAccepted() throws Exception {
    commit(put("k"));
    Guard guard = new Guard(key("k"), commit(put("k")).revision());
    BatchResult both = commit(group(List.of(guard), put("k")), group(List.of(guard), delete("k")));
    assertEquals(List.of(true, true), both.groups());
    assertNull(read("k"));

    guard = new Guard(key("k"), commit(put("k")).revision());
    both = commit(group(List.of(guard), delete("k")), group(List.of(guard), delete("k")));
    assertEquals(List.of(true, true), both.groups());
    assertNull(read("k"));
  }

  @Test
  void allGuardsAreJudgedBeforeAnythingIsWritten() throws Exception {
    Guard absent = new Guard(key("a"), 0);
    BatchResult result =
        commit(put("a"), group(List.of(absent), put("b"), group(List.of(absent), put("c"))));
    assertEquals(List.of(true, true), result.groups());
  }

  /** By value a key that was deleted and written anew looks unchanged. */
  @ParameterizedTest
  @CsvSource({"VALUE, true", "MOD, false"})
  void onlyTheModRevisionTellsARewrittenKeyFromAnUnchangedOne(String target, boolean passes)
      throws Exception {
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
    String answer = etcd.client().call("/v3/kv/txn", "{\"compare\":[" + compare + "]}");
    assertEquals(passes, answer.contains("\"succeeded\":true"), answer);
  }

  /** So "not changed since" by order would miss a concurrent delete. */
  @Test
  void aDeletedKeyHasModRevisionZero() throws Exception {
    long revision = commit(put("k")).revision();
    commit(delete("k"));
    Guard unchanged = new Guard(key("k"), revision);
    Guard absent = new Guard(key("k"), 0);
    assertEquals(List.of(false), commit(group(List.of(unchanged), put("x"))).groups());
    assertEquals(List.of(true), commit(group(List.of(absent), put("x"))).groups());
  }

  /** Hence the delete fences. */
  @Test
  void aKeyCreatedAndDeletedAgainLooksAsIfNothingHadHappened() throws Exception {
    Guard absent = new Guard(key("k"), 0);
    commit(put("k"));
    commit(delete("k"));
    assertEquals(List.of(true), commit(group(List.of(absent), put("k"))).groups());
  }

  @Test
  void aPutWithALeaseThatIsGoneRefusesEverything() throws Exception {
    long lease = Answers.answer(store.grantLease(Duration.ofMinutes(1)));
    Answers.answer(store.revokeLease(lease));
    Operation leased = new Operation.Put(key("leased"), VALUE, lease);
    Answers.assertFails(
        Kind.LEASE_NOT_FOUND,
        store.commit(new Batch(List.of(), List.of(put("a"), group(List.of(), leased)), List.of())));
    assertNull(read("a"));
  }

  /** What a fence is good for: raised with its lease, it still ends with it. */
  @Test
  void aKeyPutAgainWithItsLeaseGoesWithIt() throws Exception {
    long lease = Answers.answer(store.grantLease(Duration.ofMinutes(1)));
    Operation fence = new Operation.Put(key("fence"), VALUE, lease);
    commit(fence);
    commit(fence);
    Answers.answer(store.revokeLease(lease));
    assertNull(read("fence"));
  }

  @ParameterizedTest
  @CsvSource({"63, 63, true", "64, 64, true", "64, 65, false", "1, 127, true", "1, 128, false"})
  void limitsCountTheOperationsOfEachLevel(int groups, int putsInEach, boolean accepted)
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
      assertTrue(refusal(operations).contains("too many operations"));
    }
  }

  @Test
  void guardsAndReadsCountAsOperationsDo() throws Exception {
    List<Guard> guards = new ArrayList<>();
    List<Bytes> reads = new ArrayList<>();
    for (int i = 0; i < 128; i++) {
      guards.add(new Guard(key("k" + i), 0));
      reads.add(key("k" + i));
    }
    assertTrue(Answers.answer(store.commit(new Batch(guards, List.of(), reads))).applied());
    guards.add(new Guard(key("k128"), 0));
    Answers.assertFails(Kind.REJECTED, store.commit(new Batch(guards, List.of(), List.of())));
    reads.add(key("k128"));
    Answers.assertFails(Kind.REJECTED, store.commit(new Batch(List.of(), List.of(), reads)));
  }

  /** Its own limit is 1.5 MiB; far above it gRPC refuses first, in other words. */
  @ParameterizedTest
  @CsvSource({"1572864", "4194304"})
  void aRequestOverTheServersLimitIsRefused(int bytes) throws Exception {
    Operation large = new Operation.Put(key("large"), Bytes.of(new byte[bytes]));
    refusal(large);
    assertNull(read("large"));
    commit(put("large"));
  }

  @Test
  void aWatchFromAFutureRevisionIsSilentUntilThen() throws Exception {
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

  /** A jump in the version of a key that every request writes shows that the watch lost some. */
  @Test
  void theVersionOfAKeyCountsItsPuts() throws Exception {
    RecordingListener listener = new RecordingListener();
    long first = commit(put("k")).revision();
    store.watch(KeyRange.prefix(namespace), first, listener);
    listener.awaitOpened();
    commit(put("k"), put("other"));
    commit(delete("k"));
    commit(put("k"));
    List<Long> versions = new ArrayList<>();
    for (RevisionEvents revision : listener.nextRevisions(4)) {
      for (Event event : revision.events()) {
        if (event.key().equals(key("k"))) {
          versions.add(event.putCount());
        }
      }
    }
    assertEquals(List.of(1L, 2L, 0L, 1L), versions);
  }

  /** A watch that catches up gets many revisions in one message, each whole and none twice. */
  @Test
  void catchingUpDeliversEveryRevisionWhole() throws Exception {
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
    List<RevisionEvents> told = listener.nextRevisions(300);
    assertEquals(revisions, told.stream().map(RevisionEvents::revision).toList());
    assertFalse(told.stream().anyMatch(revision -> revision.events().size() != 3));
  }

  /** The values are the application's own bytes to every other client too. */
  @Test
  void othersSeeTheValueAsItWasWritten() throws Exception {
    byte[] text = "ünï¢ode".getBytes(UTF_8);
    commit(new Operation.Put(key("k"), Bytes.of(text)));
    assertEquals("ünï¢ode", etcd.client().get(namespace + "k").orElseThrow());
  }
}
