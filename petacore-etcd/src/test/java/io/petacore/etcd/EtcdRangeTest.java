package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.RangePage;
import java.util.List;
import org.junit.jupiter.api.Test;

class EtcdRangeTest {

  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private static EtcdRange range(String from, String to) {
    return EtcdRange.of(KeyRange.closedOpen(from, to));
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Test
  void aRangeHasItsEnds() {
    assertEquals(new EtcdRange(utf8("a"), utf8("c"), false), range("a", "c"));
  }

  @Test
  void aSingleKeyHasNoEnd() {
    assertEquals(
        new EtcdRange(utf8("a"), ByteString.EMPTY, false), EtcdRange.of(KeyRange.single("a")));
  }

  @Test
  void aRangeWithoutUpperEndHasZeroThere() {
    assertEquals(
        new EtcdRange(utf8("a"), ZERO, false), EtcdRange.of(KeyRange.atLeast(Bytes.utf8("a"))));
    assertEquals(new EtcdRange(ZERO, ZERO, false), EtcdRange.of(KeyRange.prefix("")));
  }

  /** Sent as they are, etcd would read some of these as everything there is. */
  @Test
  void aRangeThatHoldsNoKeyIsAskedForAsOneKey() {
    assertEquals(new EtcdRange(utf8("a"), ByteString.EMPTY, true), range("a", "a"));
    assertEquals(new EtcdRange(ZERO, ByteString.EMPTY, true), range("", ""));
    assertEquals(new EtcdRange(ZERO, ByteString.EMPTY, true), range("", "\0"));
    assertEquals(new EtcdRange(ZERO, ByteString.EMPTY, true), range("\0", "\0"));
  }

  @Test
  void thePageOfOneThatHoldsNoKeyIsEmpty() {
    RangeResponse answer =
        RangeResponse.newBuilder()
            .setHeader(StubEtcd.header(8))
            .addKvs(KeyValue.newBuilder().setKey(utf8("a")).setModRevision(3).setVersion(1))
            .setMore(true)
            .build();

    assertEquals(new RangePage(List.of(), false, 8), range("a", "a").decode(answer));
    RangePage page = range("a", "b").decode(answer);
    assertTrue(page.more());
    assertEquals(1, page.entries().size());
    assertFalse(range("a", "b").vacuous());
  }

  @Test
  void aPageTellsHowMuchIsBeyond() {
    RangeResponse.Builder answer =
        RangeResponse.newBuilder()
            .setHeader(StubEtcd.header(8))
            .addKvs(KeyValue.newBuilder().setKey(utf8("a")).setModRevision(3).setVersion(1))
            .setCount(7);

    assertEquals(6, range("a", "b").decode(answer.setMore(true).build()).beyond());
    assertEquals(0, range("a", "b").decode(answer.setMore(false).build()).beyond());
  }
}
