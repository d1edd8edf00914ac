package io.petacore.internal.format;

import io.petacore.data.Bytes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The format that a namespace is written in, fixed by whoever opened it first. A line of text,
 * since people look at it: {@code petacore 1 buckets=4096}.
 *
 * <p>Compared by code of its own, as {@link SessionId} is.
 *
 * @param buckets the number of delete fences
 */
public record FormatRecord(int buckets) {

  /** What a new namespace gets. */
  public static final FormatRecord CURRENT = new FormatRecord(4096);

  private static final int MAX_LENGTH = 1024;

  private static final Pattern TEXT = Pattern.compile("petacore 1 buckets=([1-9][0-9]{0,4})");
  private static final String PRODUCT = "petacore ";

  /** What every release writes: a format number, and options by name. */
  private static final Pattern ANY_RELEASE =
      Pattern.compile("petacore [1-9][0-9]{0,4}( [a-z-]+=[!-~]+)+");

  /** The bytes that are stored. */
  public Bytes encode() {
    return Bytes.utf8(PRODUCT + "1 buckets=" + buckets);
  }

  /** The format that bytes stand for; null if this release can't read it. */
  public static @Nullable FormatRecord decode(Bytes stored) {
    Matcher matcher = TEXT.matcher(text(stored));
    return matcher.matches() ? new FormatRecord(Integer.parseInt(matcher.group(1))) : null;
  }

  /** Whether bytes were written as a format record, by this release or another one. */
  public static boolean isFormat(Bytes stored) {
    return stored.length() <= MAX_LENGTH && ANY_RELEASE.matcher(text(stored)).matches();
  }

  private static String text(Bytes stored) {
    return stored.isUtf8() ? stored.toUtf8() : "";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FormatRecord that && buckets == that.buckets;
  }

  @Override
  public int hashCode() {
    return buckets;
  }
}
