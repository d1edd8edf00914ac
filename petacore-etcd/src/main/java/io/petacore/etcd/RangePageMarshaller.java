package io.petacore.etcd;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.petacore.data.Bytes;
import io.petacore.store.RangePage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes the response to a range request directly to a page, without the generated messages.
 *
 * <p>An initial load has millions of entries. Each would be created three times: as a message, as
 * its parts, and as an entry of PetaCore. This avoids the garbage, of which a collection of the
 * young generation copies what is alive.
 *
 * <p>It decodes the wire format of {@link RangeResponse} by the field numbers of the generated
 * classes, and skips unknown fields.
 */
final class RangePageMarshaller implements MethodDescriptor.Marshaller<RangePage> {

  /** The method {@code Range} with pages as responses. */
  static final MethodDescriptor<RangeRequest, RangePage> RANGE =
      KVGrpc.getRangeMethod().toBuilder(
              KVGrpc.getRangeMethod().getRequestMarshaller(), new RangePageMarshaller())
          .build();

  private static final int BUFFER_BYTES = 64 << 10;

  private RangePageMarshaller() {}

  @Override
  public InputStream stream(RangePage page) {
    throw new UnsupportedOperationException("clients do not send responses");
  }

  @Override
  public RangePage parse(InputStream stream) {
    try {
      return page(CodedInputStream.newInstance(stream, BUFFER_BYTES));
    } catch (IOException e) {
      throw Status.INTERNAL
          .withDescription("malformed response to a range request")
          .withCause(e)
          .asRuntimeException();
    }
  }

  private static RangePage page(CodedInputStream in) throws IOException {
    List<io.petacore.store.KeyValue> entries = new ArrayList<>();
    long revision = 0;
    boolean more = false;
    long count = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case RangeResponse.HEADER_FIELD_NUMBER -> revision = revision(in);
        case RangeResponse.KVS_FIELD_NUMBER -> entries.add(entry(in));
        case RangeResponse.MORE_FIELD_NUMBER -> more = in.readBool();
        case RangeResponse.COUNT_FIELD_NUMBER -> count = in.readInt64();
        default -> in.skipField(tag);
      }
    }
    return new RangePage(entries, more, revision, more ? count - entries.size() : 0);
  }

  private static long revision(CodedInputStream in) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    long revision = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == ResponseHeader.REVISION_FIELD_NUMBER) {
        revision = in.readInt64();
      } else {
        in.skipField(tag);
      }
    }
    endPart(in, outer);
    return revision;
  }

  private static io.petacore.store.KeyValue entry(CodedInputStream in) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    Bytes key = Bytes.EMPTY;
    Bytes value = Bytes.EMPTY;
    long modRevision = 0;
    long version = 0;
    long lease = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case KeyValue.KEY_FIELD_NUMBER -> key = Bytes.wrap(in.readByteArray());
        case KeyValue.MOD_REVISION_FIELD_NUMBER -> modRevision = in.readInt64();
        case KeyValue.VERSION_FIELD_NUMBER -> version = in.readInt64();
        case KeyValue.LEASE_FIELD_NUMBER -> lease = in.readInt64();
        case KeyValue.VALUE_FIELD_NUMBER -> value = Bytes.wrap(in.readByteArray());
        default -> in.skipField(tag);
      }
    }
    endPart(in, outer);
    return new io.petacore.store.KeyValue(key, value, modRevision, version, lease);
  }

  private static void endPart(CodedInputStream in, int outer) throws IOException {
    if (in.getBytesUntilLimit() != 0) {
      throw new EOFException("the response is truncated");
    }
    in.popLimit(outer);
  }
}
