package io.petacore.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "shop/", "a:", "a.", "a-", "a_", "/", "//", "ä/", "a b/", "1~", "a!"})
  void aNamespaceIsEmptyOrEndsInADelimiter(String name) {
    assertEquals(Bytes.utf8(name), Namespace.of(name).prefix());
  }

  @ParameterizedTest
  @ValueSource(strings = {"shop", "shop/x", "7", "shop ", "shop\n", "shop\u007f", "shop/ä", "ß"})
  void aNameWithoutADelimiterIsRefused(String name) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Namespace.of(name));
    assertTrue(String.valueOf(refusal.getMessage()).contains(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0/", "a\0/", "a/\0"})
  void aZeroCharacterIsRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> Namespace.of(name));
  }

  @Test
  void keysAreConvertedBothWays() {
    Namespace shop = Namespace.of("shop/");
    assertEquals(Bytes.utf8("shop/a"), shop.toStore(Bytes.utf8("a")));
    assertEquals(Bytes.utf8("a"), shop.fromStore(Bytes.utf8("shop/a")));
    assertEquals(Bytes.EMPTY, shop.fromStore(Bytes.utf8("shop/")));
    Namespace root = Namespace.of("");
    assertEquals(Bytes.utf8("a"), root.toStore(Bytes.utf8("a")));
    assertEquals(Bytes.utf8("a"), root.fromStore(Bytes.utf8("a")));
  }

  @Test
  void theRangeContainsExactlyTheNamespace() {
    KeyRange range = Namespace.of("shop/").range();
    assertTrue(range.contains(Bytes.utf8("shop/")));
    assertTrue(range.contains(Bytes.utf8("shop/\0c")));
    assertTrue(range.contains(Bytes.utf8("shop/").concat(Bytes.of((byte) 0xff, (byte) 0xff))));
    assertFalse(range.contains(Bytes.utf8("shop")));
    assertFalse(range.contains(Bytes.utf8("shop0")));
    assertTrue(Namespace.of("").range().contains(Bytes.utf8("\0c")));
  }

  private static List<String> enclosing(String name) {
    return Namespace.of(name).enclosing().stream()
        .map(namespace -> namespace.prefix().toUtf8())
        .toList();
  }

  @Test
  void enclosingNamespacesAreListed() {
    assertEquals(List.of(), enclosing(""));
    assertEquals(List.of(""), enclosing("shop/"));
    assertEquals(List.of("", "shop/"), enclosing("shop/items/"));
    assertEquals(List.of("", "a.", "a.b-"), enclosing("a.b-c:"));
    assertEquals(List.of("", "/"), enclosing("//"));
    assertEquals(List.of("", "ä/"), enclosing("ä/é/"));
  }
}
