package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Guard;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.StoreLimits;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchCodecTest {

  private static final Operation PUT = new Operation.Put(Bytes.utf8("p"), Bytes.utf8("v"), 9);
  private static final Operation DELETE = new Operation.Delete(Bytes.utf8("d"));
  private static final Guard GUARD = new Guard.OfKey(Bytes.utf8("g"), 3);

  private static Operation.Group group(Operation... operations) {
    return new Operation.Group(List.of(GUARD), List.of(operations));
  }

  private static Batch batch(Operation... operations) {
    return new Batch(List.of(), List.of(operations), List.of());
  }

  private static ResponseOp put() {
    return ResponseOp.newBuilder().setResponsePut(PutResponse.getDefaultInstance()).build();
  }

  private static ResponseOp txn(boolean succeeded, ResponseOp... inner) {
    TxnResponse.Builder txn = TxnResponse.newBuilder().setSucceeded(succeeded);
    return ResponseOp.newBuilder().setResponseTxn(txn.addAllResponses(List.of(inner))).build();
  }

  private static TxnResponse answer(boolean succeeded, ResponseOp... responses) {
    return TxnResponse.newBuilder()
        .setHeader(StubEtcd.header(44))
        .setSucceeded(succeeded)
        .addAllResponses(List.of(responses))
        .build();
  }

  @Test
  void aBatchIsEncodedAsATransactionWithNestedGroups() {
    TxnRequest txn =
        BatchCodec.encode(
            new Batch(List.of(GUARD), List.of(PUT, group(DELETE)), List.of(Bytes.utf8("r"))));

    Compare guard = txn.getCompare(0);
    assertEquals("g", guard.getKey().toStringUtf8());
    assertEquals(Compare.CompareTarget.MOD, guard.getTarget());
    assertEquals(Compare.CompareResult.EQUAL, guard.getResult());
    assertEquals(3, guard.getModRevision());
    assertEquals("p", txn.getSuccess(0).getRequestPut().getKey().toStringUtf8());
    assertEquals("v", txn.getSuccess(0).getRequestPut().getValue().toStringUtf8());
    assertEquals(9, txn.getSuccess(0).getRequestPut().getLease());
    TxnRequest inner = txn.getSuccess(1).getRequestTxn();
    assertEquals(guard, inner.getCompare(0));
    RequestOp delete = inner.getSuccess(0);
    assertEquals("d", delete.getRequestDeleteRange().getKey().toStringUtf8());
    assertEquals(ByteString.EMPTY, delete.getRequestDeleteRange().getRangeEnd());
    RequestOp read = txn.getFailure(0);
    assertEquals("r", read.getRequestRange().getKey().toStringUtf8());
    // Reads at an old revision within a write transaction are inconsistent on some servers.
    assertEquals(0, read.getRequestRange().getRevision());
  }

  @Test
  void flagsAreInTheOrderInWhichTheGroupsStart() {
    Batch batch = batch(group(PUT, group(PUT), group(PUT)), PUT, group(DELETE), group(PUT));
    BatchResult result =
        BatchCodec.decode(
            batch,
            answer(
                true,
                txn(true, put(), txn(false), txn(true, put())),
                put(),
                txn(false),
                txn(true, put())));
    assertEquals(
        new BatchResult(true, 44, List.of(true, false, true, false, true), List.of()), result);
  }

  @Test
  void nestedGroupsOfAGroupThatDidNotRunDidNotRun() {
    Batch batch = batch(group(PUT, group(PUT, group(PUT))), group(PUT));
    BatchResult result = BatchCodec.decode(batch, answer(true, txn(false), txn(true, put())));
    assertEquals(List.of(false, false, false, true), result.groups());
  }

  @Test
  void aBatchThatWasNotAppliedReturnsItsReads() {
    ResponseOp absent =
        ResponseOp.newBuilder().setResponseRange(RangeResponse.getDefaultInstance()).build();
    KeyValue kv =
        KeyValue.newBuilder()
            .setKey(ByteString.copyFromUtf8("r2"))
            .setValue(ByteString.copyFromUtf8("x"))
            .setModRevision(7)
            .setVersion(2)
            .setCreateRevision(5)
            .build();
    ResponseOp present =
        ResponseOp.newBuilder().setResponseRange(RangeResponse.newBuilder().addKvs(kv)).build();
    Batch batch =
        new Batch(List.of(GUARD), List.of(group(PUT)), List.of(Bytes.utf8("r1"), Bytes.utf8("r2")));

    BatchResult result = BatchCodec.decode(batch, answer(false, absent, present));

    var read = new io.petacore.store.KeyValue(Bytes.utf8("r2"), Bytes.utf8("x"), 7, 2);
    assertEquals(new BatchResult(false, 44, List.of(), List.of(read)), result);
  }

  @Test
  void theLimitCountsTheLongestListOfEachLevelAlongTheDeepestNesting() {
    assertEquals(0, BatchLimits.operations(batch()));
    assertEquals(2, BatchLimits.operations(batch(PUT, DELETE)));
    // 2 at the top and 3 in the larger group; then 2 at the top, 1 below, and 2 below that.
    assertEquals(5, BatchLimits.operations(batch(group(PUT), group(PUT, PUT, PUT))));
    assertEquals(5, BatchLimits.operations(batch(group(group(PUT, PUT)), PUT)));
    List<Guard> guards = Collections.nCopies(6, GUARD);
    assertEquals(6, BatchLimits.operations(new Batch(guards, List.of(PUT), List.of())));
    assertEquals(7, BatchLimits.operations(batch(new Operation.Group(guards, List.of()))));
    List<Bytes> reads = Collections.nCopies(3, Bytes.utf8("r"));
    assertEquals(3, BatchLimits.operations(new Batch(List.of(), List.of(PUT), reads)));
  }

  @Test
  void aBatchAboveALimitIsRejectedWithSizeAndLimit() {
    Batch batch = batch(PUT, DELETE);
    TxnRequest encoded = BatchCodec.encode(batch);
    int bytes = encoded.getSerializedSize();
    BatchLimits.check(batch, encoded, new StoreLimits(2, bytes));

    StoreException tooMany =
        assertThrows(
            StoreException.class,
            () -> BatchLimits.check(batch, encoded, new StoreLimits(1, bytes)));
    assertEquals(Kind.REJECTED, tooMany.kind());
    assertEquals(
        "the batch has 2 guards or operations along one nesting; the limit is 1",
        tooMany.getMessage());
    StoreException tooLarge =
        assertThrows(
            StoreException.class,
            () -> BatchLimits.check(batch, encoded, new StoreLimits(2, bytes - 1)));
    assertEquals(Kind.REJECTED, tooLarge.kind());
  }
}
