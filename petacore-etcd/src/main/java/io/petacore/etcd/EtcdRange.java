package io.petacore.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.RangeRequest;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.RangePage;
import java.util.List;

/**
 * A key range in the encoding of etcd, where an empty end denotes a single key and {@code \0} no
 * upper bound.
 *
 * <p>etcd has no empty ranges. An empty range is requested as a single key whose entry is
 * discarded, since the response also carries the revision.
 *
 * @param end exclusive; empty for a single key
 * @param vacuous whether the range is empty
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
    // Requested as a single key, which requires only the permission for that key.
    boolean single = to.equals(from.successor());
    return new EtcdRange(key, single ? ByteString.EMPTY : Keys.encode(to), false);
  }

  /** Whether this is a single key. */
  boolean single() {
    return end.isEmpty();
  }

  /** Encodes the request for a page of this range. */
  RangeRequest encode(io.petacore.store.RangeRequest request) {
    return RangeRequest.newBuilder()
        .setKey(key)
        .setRangeEnd(end)
        .setRevision(request.revision())
        .setLimit(request.limit())
        .setKeysOnly(vacuous)
        .build();
  }

  /** Converts the response to a page of this range. */
  RangePage pageOf(RangePage response) {
    return vacuous ? new RangePage(List.of(), false, response.revision()) : response;
  }
}
