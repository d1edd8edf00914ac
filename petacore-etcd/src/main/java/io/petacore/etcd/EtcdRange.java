package io.petacore.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.RangeRequest;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.RangePage;
import java.util.List;

/**
 * A range in etcd's words, where a key alone means itself and the end {@code \0} means no end.
 *
 * <p>etcd has no empty key and no empty range. A range without a possible key is asked for as its
 * first key, and the answer's keys are dropped: the revision is wanted all the same.
 *
 * @param end empty for the key alone
 * @param vacuous whether no key can lie in it
 */
record EtcdRange(ByteString key, ByteString end, boolean vacuous) {

  private static final Bytes LEAST_KEY = Bytes.of((byte) 0);
  private static final ByteString NO_END = ByteString.copyFrom(new byte[1]);

  static EtcdRange of(KeyRange range) {
    Bytes from = range.from().isEmpty() ? LEAST_KEY : range.from();
    Bytes to = range.to();
    ByteString key = Keys.encode(from);
    if (to == null) {
      return new EtcdRange(key, NO_END, false);
    }
    if (from.compareTo(to) >= 0) {
      return new EtcdRange(key, ByteString.EMPTY, true);
    }
    // As a key alone it needs no more than the permission for that key.
    boolean single = to.equals(from.successor());
    return new EtcdRange(key, single ? ByteString.EMPTY : Keys.encode(to), false);
  }

  /** Whether it is one key. */
  boolean single() {
    return end.isEmpty();
  }

  /** The request for a page of this range. */
  RangeRequest encode(io.petacore.store.RangeRequest request) {
    return RangeRequest.newBuilder()
        .setKey(key)
        .setRangeEnd(end)
        .setRevision(request.revision())
        .setLimit(request.limit())
        .setKeysOnly(vacuous)
        .build();
  }

  /** The page of this range that etcd's answer is. */
  RangePage pageOf(RangePage answer) {
    return vacuous ? new RangePage(List.of(), false, answer.revision()) : answer;
  }
}
