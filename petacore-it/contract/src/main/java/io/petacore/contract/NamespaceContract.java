package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.error.NamespaceRefusedException;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Namespaces do not overlap. */
public interface NamespaceContract {

  /** The nodes of this test. */
  Nodes nodes();

  private DistributedStorage openIn(String namespace) {
    return DistributedStorage.builder(nodes().connect()).namespace(namespace).open();
  }

  private void assertRefused(String namespace) {
    String message =
        String.valueOf(
            assertThrows(NamespaceRefusedException.class, () -> openIn(namespace).close())
                .getMessage());
    assertTrue(message.contains(namespace), message);
  }

  /** A namespace inside another one, at any depth, is refused and leaves nothing behind. */
  @Test
  default void aNamespaceInsideAnotherIsRefused() {
    nodes().open();
    ForeignWriter observer = nodes().foreigner();
    assertRefused(nodes().namespace() + "inner/");
    assertRefused(nodes().namespace() + "a/b/c/");
    assertNull(observer.get("inner/\0f"), "nothing was written");
    assertNull(observer.get("a/b/c/\0f"), "nothing was written");
  }

  /** A namespace around another one is refused and leaves no format key behind. */
  @Test
  default void aNamespaceAroundAnotherIsRefused() {
    try (DistributedStorage inner = openIn(nodes().namespace() + "a/inner/")) {
      inner.runTransaction(tx -> tx.write("key", "value"));
      assertRefused(nodes().namespace());
      assertRefused(nodes().namespace() + "a/");
      String message =
          String.valueOf(
              assertThrows(
                      NamespaceRefusedException.class,
                      () -> openIn(nodes().namespace() + "a/").close())
                  .getMessage());
      assertTrue(message.contains("'" + nodes().namespace() + "a/inner/'"), message);
      assertNull(nodes().foreigner().get("\0f"));
      inner.runTransaction(tx -> tx.write("key", "again"));
    }
  }

  /**
   * Two overlapping namespaces are opened at the same time, each before it can see the other.
   * Broken if a storage that has created its format key did not check again.
   */
  @Test
  default void ofTwoOpenedAtTheSameTimeOneSeesTheOther() {
    SteeredStore steered = nodes().steered();
    List<DistributedStorage> inner = new CopyOnWriteArrayList<>();
    steered.beforeRange(
        request -> {
          boolean loaded = request.revision() != 0; // what follows the load is the watch
          if (loaded && inner.isEmpty()) {
            steered.holdEvents();
            inner.add(openIn(nodes().namespace() + "inner/"));
          }
        });
    ForeignWriter observer = nodes().foreigner();
    try (Crew crew = new Crew()) {
      crew.start(
          () ->
              assertThrows(
                  NamespaceRefusedException.class, () -> nodes().open(steered).read("key")));
      Await.until(
          "the outer one has entered", () -> observer.get("\0f") != null || crew.isStopped());
      steered.releaseEvents();
      crew.join();
    }
    assertNull(observer.get("\0f"), "the refused one takes its format key back");
    inner.forEach(DistributedStorage::close);
  }

  /** Two namespaces beside each other are independent, though one name is a prefix of the other. */
  @Test
  default void namespacesBesideEachOtherAreApart() {
    try (DistributedStorage one = openIn(nodes().namespace() + "one/");
        DistributedStorage other = openIn(nodes().namespace() + "one-more/")) {
      one.runTransaction(tx -> tx.write("key", "one"));
      other.runTransaction(tx -> tx.write("key", "other"));
      assertEquals("one", one.read("key"));
      assertEquals("other", other.read("key"));
      assertEquals(1, one.status().keys());
    }
  }

  /** No key that an application may write keeps the namespace from being opened again. */
  @Test
  default void noWriteMakesTheNamespaceUnopenable() {
    DistributedStorage storage = nodes().open();
    storage.runTransaction(
        tx ->
            tx.write("user/x\0f", "petacore is nice")
                .write("user/y\0f", "petacore 1 buckets=4096")
                .write("user/\0f", "petacore is nice"));
    assertThrows(
        IllegalArgumentException.class,
        () -> storage.runTransaction(tx -> tx.write("user/\0f", "petacore 1 buckets=4096")));
    assertEquals("petacore is nice", nodes().open().read("user/x\0f"));
  }

  /** An unknown format is refused. */
  @Test
  default void anUnknownFormatIsRefused() {
    nodes().foreigner().put(Bytes.utf8("\0f"), Bytes.of((byte) 99, (byte) 1), 0);
    assertRefused(nodes().namespace());
  }
}
