package io.petacore.bench.benchmark.micro;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Keys of about 20 bytes and values of 64 bytes for the read benchmarks. */
public final class SampleData {
  private static final byte[] KEY = key(0).toByteArray();
  private static final byte[] VALUE = value(0).toByteArray();

  private SampleData() {}

  /** Creates the key of a number; keys are ordered by number. */
  public static Bytes key(int number) {
    return Bytes.utf8(String.format(Locale.ROOT, "catalogue/item-%06d", number));
  }

  /** Creates the initial value of a key. */
  public static Bytes value(int number) {
    return Bytes.utf8(String.format(Locale.ROOT, "%-64d", number));
  }

  /** Creates the key of a number with its initial value. */
  public static Entry entry(int number) {
    return new Entry(key(number), value(number));
  }

  /** Creates the same key as {@link #key}, faster. */
  static Bytes fastKey(int number) {
    byte[] key = KEY.clone();
    for (int i = key.length - 1, rest = number; rest > 0; i--, rest /= 10) {
      key[i] += (byte) (rest % 10);
    }
    return Bytes.of(key);
  }

  /** Creates a value of the same length as the others, faster. */
  public static Bytes fastValue() {
    return Bytes.of(VALUE);
  }

  /**
   * Creates the keys to read, in random order: equal to the stored keys, but distinct objects.
   * Their hashes are precomputed, as in an application that reuses its keys.
   */
  static Bytes[] lookups(int keys, long seed) {
    List<Bytes> prepared = new ArrayList<>(keys);
    for (int i = 0; i < keys; i++) {
      Bytes key = key(i);
      // Computes and caches the hash.
      if (key.hashCode() == 0) {
        continue;
      }
      prepared.add(key);
    }
    Collections.shuffle(prepared, new Random(seed));
    return prepared.toArray(Bytes[]::new);
  }
}
