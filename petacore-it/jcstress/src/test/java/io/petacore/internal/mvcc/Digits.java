package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Caches whose values are single digits, so that results of reads are small numbers. */
final class Digits {

  static final Bytes A = Bytes.utf8("a");
  static final Bytes B = Bytes.utf8("b");
  static final Bytes C = Bytes.utf8("c");

  /** The result for an absent key. */
  static final int ABSENT = 0;

  /** The result if the snapshot is too old. */
  static final int TOO_OLD = -1;

  private Digits() {}

  /** A cache that keeps its history; revision 1 has the given keys with the digit 1. */
  static MvccCache keeping(Bytes... keys) {
    return loaded(Duration.ofNanos(1), keys);
  }

  /** The same, but each revision immediately frees the timestamps that it supersedes. */
  static MvccCache freeing(Bytes... keys) {
    return loaded(Duration.ZERO, keys);
  }

  /** The same, and every timestamp but the first is indexed. */
  static MvccCache indexed(Bytes... keys) {
    return loaded(
        new MvccCache(Duration.ZERO, new History(Long.MAX_VALUE), new LongChains(1), () -> 0),
        keys);
  }

  private static MvccCache loaded(Duration retention, Bytes... keys) {
    return loaded(new MvccCache(retention, () -> 0), keys);
  }

  private static MvccCache loaded(MvccCache cache, Bytes... keys) {
    cache.beginLoad();
    for (Bytes key : keys) {
      cache.load(put(key, 1));
    }
    cache.endLoad(1, 1);
    return cache;
  }

  /** Applies a revision, with a timestamp equal to it. */
  static void apply(MvccCache cache, int revision, Change... changes) {
    cache.apply(List.of(changes), revision, revision);
  }

  static Change put(Bytes key, int digit) {
    return new Change(key, Bytes.utf8(Integer.toString(digit)), digit);
  }

  static Change delete(Bytes key) {
    return new Change(key, null, 0);
  }

  /** The applied timestamp. */
  static int applied(MvccCache cache) {
    return (int) cache.applied().timestamp();
  }

  /** The digit of a key at a timestamp, read through the hash index. */
  static int find(MvccCache cache, Bytes key, int timestamp) {
    try {
      Version found = cache.find(key, timestamp);
      return found == null ? ABSENT : digit(found.value());
    } catch (TransactionTooOldException tooOld) {
      return TOO_OLD;
    }
  }

  /** The digits of all keys at a timestamp as one decimal number, in the order of the keys. */
  static int scan(MvccCache cache, int timestamp) {
    int digits = 0;
    try {
      Iterator<Entry> scan = cache.scan(KeyRange.all(), Order.ASCENDING, timestamp);
      while (scan.hasNext()) {
        Entry entry = scan.next();
        digits +=
            digit(entry.value()) * (entry.key().equals(A) ? 100 : entry.key().equals(B) ? 10 : 1);
      }
    } catch (TransactionTooOldException tooOld) {
      return TOO_OLD;
    }
    return digits;
  }

  /** The newest digit of a key. */
  static int newest(MvccCache cache, Bytes key) {
    return digit(cache.newest(key));
  }

  private static int digit(@Nullable Bytes value) {
    return value == null ? ABSENT : value.toByteArray()[0] - '0';
  }
}
