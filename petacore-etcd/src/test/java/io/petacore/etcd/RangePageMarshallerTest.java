package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.petacore.data.Bytes;
import io.petacore.store.RangePage;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangePageMarshallerTest {

  private static RangePage parse(byte[] answer) {
    return RangePageMarshaller.RANGE.parseResponse(new ByteArrayInputStream(answer));
  }

  private static ByteString random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static io.petacore.store.KeyValue stored(KeyValue entry) {
    return new io.petacore.store.KeyValue(
        Bytes.of(entry.getKey().toByteArray()),
        Bytes.of(entry.getValue().toByteArray()),
        entry.getModRevision(),
        entry.getVersion(),
        entry.getLease());
  }

  /** Pages with all fields, and lengths below and above those of any buffer. */
  @Test
  void messagesOfTheGeneratedClassesAreDecoded() {
    Random random = new Random(7);
    RangeResponse.Builder answer =
        RangeResponse.newBuilder()
            .setHeader(StubEtcd.header(1L << 40).toBuilder().setClusterId(-1).setRaftTerm(9))
            .setMore(true)
            .setCount(1_000_000);
    for (int length : new int[] {0, 1, 127, 128, 4_000, 70_000, 1 << 20}) {
      answer.addKvs(
          KeyValue.newBuilder()
              .setKey(random(random, 1 + length % 4_096))
              .setValue(random(random, length))
              .setCreateRevision(random.nextLong())
              .setModRevision(random.nextLong())
              .setVersion(random.nextLong())
              .setLease(random.nextLong()));
    }

    RangePage expected =
        new RangePage(
            answer.getKvsList().stream().map(RangePageMarshallerTest::stored).toList(),
            true,
            1L << 40,
            1_000_000 - answer.getKvsCount());
    assertEquals(expected, parse(answer.build().toByteArray()));
  }

  @Test
  void missingFieldsHaveDefaults() {
    assertEquals(new RangePage(List.of(), false, 0), parse(new byte[0]));
    RangeResponse answer = RangeResponse.newBuilder().addKvs(KeyValue.newBuilder()).build();
    io.petacore.store.KeyValue entry = parse(answer.toByteArray()).entries().get(0);
    assertEquals(new io.petacore.store.KeyValue(Bytes.EMPTY, Bytes.EMPTY, 0, 0), entry);
    assertSame(Bytes.EMPTY, entry.value());
  }

  /** The last page has no remaining entries. */
  @Test
  void theNumberOfRemainingEntriesIsDecoded() {
    RangeResponse.Builder answer =
        RangeResponse.newBuilder()
            .addKvs(KeyValue.newBuilder().setKey(ByteString.copyFromUtf8("a")))
            .setCount(7);
    assertEquals(6, parse(answer.setMore(true).build().toByteArray()).beyond());
    assertEquals(0, parse(answer.setMore(false).build().toByteArray()).beyond());
  }

  /** Newer servers may add fields to the response, its header and its entries. */
  @Test
  void unknownFieldsAreSkipped() {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(
                1_000,
                UnknownFieldSet.Field.newBuilder()
                    .addVarint(3)
                    .addFixed32(1)
                    .addFixed64(2)
                    .addLengthDelimited(ByteString.copyFromUtf8("more to come"))
                    .build())
            .build();
    KeyValue entry =
        KeyValue.newBuilder()
            .setKey(ByteString.copyFromUtf8("a"))
            .setValue(ByteString.copyFromUtf8("1"))
            .setModRevision(5)
            .setVersion(1)
            .setUnknownFields(unknown)
            .build();
    RangeResponse answer =
        RangeResponse.newBuilder()
            .setHeader(StubEtcd.header(8).toBuilder().setUnknownFields(unknown))
            .addKvs(entry)
            .setUnknownFields(unknown)
            .build();
    assertEquals(new RangePage(List.of(stored(entry)), false, 8), parse(answer.toByteArray()));
  }

  /** A response that is truncated within a field is rejected. */
  @Test
  void aTruncatedResponseIsRejected() {
    RangeResponse head = RangeResponse.newBuilder().setHeader(StubEtcd.header(300)).build();
    RangeResponse tail =
        RangeResponse.newBuilder()
            .addKvs(
                KeyValue.newBuilder()
                    .setKey(ByteString.copyFromUtf8("key"))
                    .setValue(ByteString.copyFromUtf8("value"))
                    .setModRevision(300))
            .build();
    byte[] whole = head.toBuilder().mergeFrom(tail).build().toByteArray();
    int between = head.getSerializedSize();
    for (int length = 1; length < whole.length; length++) {
      if (length != between) {
        byte[] torn = Arrays.copyOf(whole, length);
        var failure = assertThrows(StatusRuntimeException.class, () -> parse(torn));
        assertEquals(Status.Code.INTERNAL, failure.getStatus().getCode());
      }
    }
  }
}
