package io.petacore.etcd;

import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Guard;
import io.petacore.store.KeyValue;
import io.petacore.store.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * Encodes a batch as an etcd transaction, with groups as nested transactions, and decodes the
 * response.
 */
final class BatchCodec {

  private BatchCodec() {}

  static TxnRequest encode(Batch batch) {
    TxnRequest.Builder txn = encode(batch.guards(), batch.operations());
    for (Bytes key : batch.otherwiseRead()) {
      RangeRequest read = RangeRequest.newBuilder().setKey(Keys.encode(key)).build();
      txn.addFailure(RequestOp.newBuilder().setRequestRange(read));
    }
    return txn.build();
  }

  private static TxnRequest.Builder encode(List<Guard> guards, List<Operation> operations) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    guards.forEach(guard -> txn.addCompare(encode(guard)));
    operations.forEach(operation -> txn.addSuccess(encode(operation)));
    return txn;
  }

  private static Compare encode(Guard guard) {
    Compare.Builder compare = Compare.newBuilder().setTarget(Compare.CompareTarget.MOD);
    if (guard instanceof Guard.OfKey one) {
      return compare
          .setKey(Keys.encode(one.key()))
          .setResult(Compare.CompareResult.EQUAL)
          .setModRevision(one.modRevision()) // 0 for an absent key
          .build();
    }
    Guard.OfRange all = (Guard.OfRange) guard;
    EtcdRange range = EtcdRange.of(all.range());
    return compare
        .setKey(range.key())
        .setRangeEnd(range.end())
        .setResult(Compare.CompareResult.LESS) // etcd has no "at most"
        .setModRevision(all.revision() + 1)
        .build();
  }

  private static RequestOp encode(Operation operation) {
    RequestOp.Builder op = RequestOp.newBuilder();
    if (operation instanceof Operation.Put put) {
      op.setRequestPut(
          PutRequest.newBuilder()
              .setKey(Keys.encode(put.key()))
              .setValue(Keys.encode(put.value()))
              .setLease(put.lease()));
    } else if (operation instanceof Operation.Delete delete) {
      op.setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(Keys.encode(delete.key())));
    } else if (operation instanceof Operation.Group group) {
      op.setRequestTxn(encode(group.guards(), group.operations()));
    }
    return op.build();
  }

  static BatchResult decode(Batch batch, TxnResponse response) {
    long revision = response.getHeader().getRevision();
    if (!response.getSucceeded()) {
      List<KeyValue> otherwise = new ArrayList<>();
      for (ResponseOp read : response.getResponsesList()) {
        read.getResponseRange().getKvsList().forEach(kv -> otherwise.add(Keys.decode(kv)));
      }
      return new BatchResult(false, revision, List.of(), List.copyOf(otherwise));
    }
    List<Boolean> groups = new ArrayList<>();
    addFlags(batch.operations(), response, true, groups);
    return new BatchResult(true, revision, List.copyOf(groups), List.of());
  }

  /** A group that did not run has no responses for its nested groups, which did not run either. */
  private static void addFlags(
      List<Operation> operations, TxnResponse response, boolean ran, List<Boolean> flags) {
    for (int i = 0; i < operations.size(); i++) {
      if (operations.get(i) instanceof Operation.Group group) {
        TxnResponse inner =
            ran ? response.getResponses(i).getResponseTxn() : TxnResponse.getDefaultInstance();
        flags.add(inner.getSucceeded());
        addFlags(group.operations(), inner, inner.getSucceeded(), flags);
      }
    }
  }
}
