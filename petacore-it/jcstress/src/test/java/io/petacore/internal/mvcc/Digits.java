package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Caches whose values are single digits, so that what a reader saw is a few small numbers. */
final class Digits {

  static final Bytes A = Bytes.utf8("a");
  static final Bytes B = Bytes.utf8("b");
  static final Bytes C = Bytes.utf8("c");

  /** What is read of a key that is not there. */
  static final int ABSENT = 0;

  /** What is read when it is no longer kept. */
  static final int TOO_OLD = -1;

  private Digits() {}

  /** A cache that keeps all its history; revision 1 has these keys, each with the digit 1. */
  static MvccCache keeping(Bytes... keys) {
    return loaded(Duration.ofNanos(1), keys);
  }

  /** The same, but each revision frees at once what it supersedes. */
  static MvccCache freeing(Bytes... keys) {
    return loaded(Duration.ZERO, keys);
  }

  /** The same, and every version but the first jumps back. */
  static MvccCache jumping(Bytes... keys) {
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

  /** A revision, whose timestamp is its version, too. */
  static void apply(MvccCache cache, int revision, Change... changes) {
    cache.apply(List.of(changes), revision, revision);
  }

  static Change put(Bytes key, int digit) {
    return new Change(key, Bytes.utf8(Integer.toString(digit)), digit);
  }

  static Change delete(Bytes key) {
    return new Change(key, null, 0);
  }

  /** The applied version. */
  static int applied(MvccCache cache) {
    return (int) cache.applied().timestamp();
  }

  /** The digit of a key at a version, by way of the hash index. */
  static int find(MvccCache cache, Bytes key, int version) {
    try {
      Version found = cache.find(key, version);
      return found == null ? ABSENT : digit(found.value());
    } catch (TransactionTooOldException told) {
      return TOO_OLD;
    }
  }

  /** The digits of all keys at a version as one number, a key's place taken from the alphabet. */
  static int scan(MvccCache cache, int version) {
    int digits = 0;
    try {
      Iterator<Entry> scan = cache.scan(KeyRange.all(), Order.ASCENDING, version);
      while (scan.hasNext()) {
        Entry entry = scan.next();
        digits +=
            digit(entry.value()) * (entry.key().equals(A) ? 100 : entry.key().equals(B) ? 10 : 1);
      }
    } catch (TransactionTooOldException told) {
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
