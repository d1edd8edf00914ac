package io.petacore.internal.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.internal.format.FormatRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.mvcc.Change;
import org.junit.jupiter.api.Test;

class KeyClassifierTest {
  private static final Bytes VALUE = Bytes.utf8("value");

  private final SyncCounters counters = new SyncCounters();
  private final KeyClassifier classifier = new KeyClassifier(Namespace.of("n/"), counters);

  @Test
  void dataKeysLoseTheirNamespace() {
    assertEquals(
        new Change(Bytes.utf8("a"), VALUE, 7), classifier.toChange(Bytes.utf8("n/a"), VALUE, 7));
    assertEquals(
        new Change(Bytes.utf8("a"), null, 8), classifier.toChange(Bytes.utf8("n/a"), null, 8));
    assertEquals(0, counters.ignoredKeys());
  }

  @Test
  void deleteFencesAreKept() {
    assertEquals(
        new Change(Bytes.utf8("\0d/1f"), Bytes.EMPTY, 7),
        classifier.toChange(Bytes.utf8("n/\0d/1f"), Bytes.EMPTY, 7));
  }

  @Test
  void onlyTheRecordOfThisNamespaceIsTheCommitRecord() {
    assertTrue(classifier.isCommitRecord(Bytes.utf8("n/\0c")));
    assertFalse(classifier.isCommitRecord(Bytes.utf8("n/\0c1")));
    assertFalse(classifier.isCommitRecord(Bytes.utf8("\0c")));
    assertFalse(classifier.isCommitRecord(Bytes.utf8("n/n/\0c")));
    assertNull(classifier.toChange(Bytes.utf8("n/\0c"), VALUE, 7), "it is not data in any case");
  }

  @Test
  void theEmptyNamespaceLeavesKeysUnchanged() {
    KeyClassifier root = new KeyClassifier(Namespace.of(""), counters);
    assertTrue(root.isCommitRecord(Bytes.utf8("\0c")));
    assertEquals(
        new Change(Bytes.utf8("n/a"), VALUE, 7), root.toChange(Bytes.utf8("n/a"), VALUE, 7));
  }

  @Test
  void theFirstNestedNamespaceIsRemembered() {
    Bytes format = FormatRecord.CURRENT.encode();
    classifier.toChange(Bytes.utf8("n/\0f"), format, 1);
    assertTrue(classifier.nestedNamespace().isEmpty(), "its own");
    classifier.toChange(Bytes.utf8("n/a/\0f"), null, 2);
    classifier.toChange(Bytes.utf8("n/a/\0f"), VALUE, 3);
    assertTrue(classifier.nestedNamespace().isEmpty(), "no format at all");
    classifier.toChange(Bytes.utf8("n/b/\0f"), format, 4);
    classifier.toChange(Bytes.utf8("n/c/\0f"), format, 5);
    assertEquals(Bytes.utf8("n/b/\0f"), classifier.nestedNamespace().orElseThrow());
  }

  @Test
  void everyForeignKeyIsCounted() {
    assertNull(classifier.toChange(Bytes.utf8("n/\0foreign"), VALUE, 1));
    assertNull(classifier.toChange(Bytes.utf8("n/\0d"), VALUE, 1));
    assertNull(classifier.toChange(Bytes.utf8("n/"), VALUE, 1));
    assertNull(classifier.toChange(Bytes.utf8("n/"), null, 1));
    assertEquals(4, counters.ignoredKeys());
  }
}
