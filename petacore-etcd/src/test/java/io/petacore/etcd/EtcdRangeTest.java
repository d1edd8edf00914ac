package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.protobuf.ByteString;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.KeyValue;
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
  void aRangeIsEncodedWithItsBounds() {
    assertEquals(new EtcdRange(utf8("a"), utf8("c"), false), range("a", "c"));
  }

  @Test
  void aSingleKeyIsEncodedWithoutAnEnd() {
    assertEquals(
        new EtcdRange(utf8("a"), ByteString.EMPTY, false), EtcdRange.of(KeyRange.single("a")));
  }

  @Test
  void aRangeWithoutAnUpperBoundEndsWithZero() {
    assertEquals(
        new EtcdRange(utf8("a"), ZERO, false), EtcdRange.of(KeyRange.atLeast(Bytes.utf8("a"))));
    assertEquals(new EtcdRange(ZERO, ZERO, false), EtcdRange.of(KeyRange.prefix("")));
  }

  /** etcd would interpret some of these as unbounded ranges. */
  @Test
  void anEmptyRangeIsRequestedAsASingleKey() {
    assertEquals(new EtcdRange(utf8("a"), ByteString.EMPTY, true), range("a", "a"));
    assertEquals(new EtcdRange(ZERO, ByteString.EMPTY, true), range("", ""));
    assertEquals(new EtcdRange(ZERO, ByteString.EMPTY, true), range("", "\0"));
    assertEquals(new EtcdRange(ZERO, ByteString.EMPTY, true), range("\0", "\0"));
  }

  @Test
  void thePageOfAnEmptyRangeIsEmpty() {
    KeyValue entry = new KeyValue(Bytes.utf8("a"), Bytes.EMPTY, 3, 1);
    RangePage answer = new RangePage(List.of(entry), true, 8);

    assertEquals(new RangePage(List.of(), false, 8), range("a", "a").pageOf(answer));
    assertEquals(answer, range("a", "b").pageOf(answer));
    assertFalse(range("a", "b").vacuous());
  }
}
