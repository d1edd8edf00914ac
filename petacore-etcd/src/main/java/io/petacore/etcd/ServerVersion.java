package io.petacore.etcd;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A version of the etcd server and its known bugs. */
record ServerVersion(int major, int minor, int patch) implements Comparable<ServerVersion> {

  private static final Pattern FORM = Pattern.compile("v?(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6}).*");

  private static final Comparator<ServerVersion> ORDER =
      Comparator.comparingInt(ServerVersion::major)
          .thenComparingInt(ServerVersion::minor)
          .thenComparingInt(ServerVersion::patch);

  /** Parses a version, a pre-release as its release; null if malformed. */
  static @Nullable ServerVersion parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return null;
    }
    return new ServerVersion(
        Integer.parseInt(form.group(1)),
        Integer.parseInt(form.group(2)),
        Integer.parseInt(form.group(3)));
  }

  /** Returns a sentence for each known bug that may affect PetaCore. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (isBefore(3, 5, 13)) {
      warnings.add("a watch can lose events after a compaction (fixed in 3.5.13)");
    }
    if (isBefore(3, 5, 18)) {
      warnings.add("a watch can miss a delete at the compaction revision (fixed in 3.5.18)");
    }
    if (isBefore(3, 5, 28) || (major == 3 && minor == 6 && patch < 9)) {
      warnings.add("a linearizable read can be stale (fixed in 3.5.28 and 3.6.9)");
      warnings.add(
          "nested transactions are not checked for every permission (fixed in 3.5.28 and 3.6.9)");
    }
    return List.copyOf(warnings);
  }

  private boolean isBefore(int otherMajor, int otherMinor, int otherPatch) {
    return compareTo(new ServerVersion(otherMajor, otherMinor, otherPatch)) < 0;
  }

  @Override
  public int compareTo(ServerVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
