package io.petacore.bench.cli.shell;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a scan shows.
 *
 * @param range the key range
 * @param limit maximum number of entries, at least 1
 */
record Scan(KeyRange range, long limit) {
  /** Default limit. */
  static final long DEFAULT_LIMIT = 100;

  /**
   * Parses {@code [PREFIX] [--from KEY] [--to KEY] [--limit N]}.
   *
   * @throws IllegalArgumentException if the arguments are invalid
   */
  static Scan of(List<Bytes> arguments) {
    Bytes prefix = null;
    Bytes from = null;
    Bytes to = null;
    long limit = DEFAULT_LIMIT;
    Iterator<Bytes> words = arguments.iterator();
    while (words.hasNext()) {
      Bytes word = words.next();
      if (word.equals(Bytes.utf8("--from"))) {
        from = valueOf("--from", words);
      } else if (word.equals(Bytes.utf8("--to"))) {
        to = valueOf("--to", words);
      } else if (word.equals(Bytes.utf8("--limit"))) {
        limit = limit(valueOf("--limit", words));
      } else if (prefix == null) {
        prefix = word;
      } else {
        throw new IllegalArgumentException("unexpected argument: " + Words.format(word));
      }
    }
    if (prefix != null && (from != null || to != null)) {
      throw new IllegalArgumentException("a prefix excludes --from and --to");
    }
    return new Scan(range(prefix, from, to), limit);
  }

  private static KeyRange range(@Nullable Bytes prefix, @Nullable Bytes from, @Nullable Bytes to) {
    if (prefix != null && !prefix.isEmpty()) {
      return KeyRange.prefix(prefix);
    }
    Bytes begin = from == null ? KeyRange.all().from() : from;
    return to == null ? KeyRange.atLeast(begin) : KeyRange.closedOpen(begin, to);
  }

  private static Bytes valueOf(String option, Iterator<Bytes> words) {
    if (!words.hasNext()) {
      throw new IllegalArgumentException(option + " requires a value");
    }
    return words.next();
  }

  private static long limit(Bytes word) {
    long limit;
    try {
      limit = Long.parseLong(word.toUtf8());
    } catch (NumberFormatException | IllegalStateException e) { // not a number, or not UTF-8
      limit = -1;
    }
    if (limit < 1) {
      throw new IllegalArgumentException(
          "--limit must be a positive whole number, not " + Words.format(word));
    }
    return limit;
  }
}
