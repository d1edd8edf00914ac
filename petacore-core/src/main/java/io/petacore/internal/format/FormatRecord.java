package io.petacore.internal.format;

import io.petacore.data.Bytes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The storage format of a namespace, fixed by the storage that opened it first. A readable line of
 * text: {@code petacore 1 buckets=4096}.
 *
 * <p>{@code equals} is written out for the reason given at {@link SessionId}.
 *
 * @param buckets the number of delete fences
 */
public record FormatRecord(int buckets) {

  /** The format of new namespaces. */
  public static final FormatRecord CURRENT = new FormatRecord(4096);

  private static final int MAX_LENGTH = 1024;

  private static final Pattern TEXT = Pattern.compile("petacore 1 buckets=([1-9][0-9]{0,4})");
  private static final String PRODUCT = "petacore ";

  /** The form common to all releases: a format number and named options. */
  private static final Pattern ANY_RELEASE =
      Pattern.compile("petacore [1-9][0-9]{0,4}( [a-z-]+=[!-~]+)+");

  /** Encodes the record. */
  public Bytes encode() {
    return Bytes.utf8(PRODUCT + "1 buckets=" + buckets);
  }

  /** Decodes a record; null if this release cannot read it. */
  public static @Nullable FormatRecord decode(Bytes stored) {
    Matcher matcher = TEXT.matcher(text(stored));
    return matcher.matches() ? new FormatRecord(Integer.parseInt(matcher.group(1))) : null;
  }

  /** Whether bytes are a format record of this or another release. */
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
