package io.petacore.bench.support.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.data.Bytes;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void formatsEveryKindOfValue() {
    assertEquals(
        "{\"a\":1,\"b\":[true,null,\"x\"],\"c\":{},\"d\":1.5}",
        Json.of(
            Json.object(
                "a", 1, "b", Arrays.asList(true, null, "x"), "c", Json.object(), "d", 1.5)));
  }

  @Test
  void escapesWhatStringsMayNotHold() {
    assertEquals(
        "\"a\\\"b\\\\c\\nd\\te\\rf\\u0000g\u00fc\u007f\"",
        Json.of("a\"b\\c\nd\te\rf\0g\u00fc\u007f"));
  }

  @Test
  void bytesAreTextOrElseBase64() {
    assertEquals(
        "[\"\",\"k\u00fc\",{\"base64\":\"/w==\"}]",
        Json.of(List.of(Bytes.EMPTY, Bytes.utf8("k\u00fc"), Bytes.of((byte) -1))));
  }
}
