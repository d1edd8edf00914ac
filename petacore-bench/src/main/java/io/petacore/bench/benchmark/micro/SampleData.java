package io.petacore.bench.benchmark.micro;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Keys of about 20 bytes and values of 64: what every benchmark of reading reads. */
public final class SampleData {
  private static final byte[] KEY = key(0).toByteArray();
  private static final byte[] VALUE = value(0).toByteArray();

  private SampleData() {}

  /** The key with a number; a new object at each call, in the order of the numbers. */
  public static Bytes key(int number) {
    return Bytes.utf8(String.format(Locale.ROOT, "catalogue/item-%06d", number));
  }

  /** The value of a key at first; a new object at each call. */
  public static Bytes value(int number) {
    return Bytes.utf8(String.format(Locale.ROOT, "%-64d", number));
  }

  /** Both. */
  public static Entry entry(int number) {
    return new Entry(key(number), value(number));
  }

  /** The same key as {@link #key}, made with little work. */
  static Bytes keyInHaste(int number) {
    byte[] key = KEY.clone();
    for (int i = key.length - 1, rest = number; rest > 0; i--, rest /= 10) {
      key[i] += (byte) (rest % 10);
    }
    return Bytes.of(key);
  }

  /** A value of the same length as the others, made with little work. */
  static Bytes valueInHaste() {
    return Bytes.of(VALUE);
  }

  /**
   * The keys to ask for, in random order: equal to those that are stored, never the same objects.
   * Their hashes are computed before, as an application does that prepares its keys once.
   */
  static Bytes[] asked(int keys, long seed) {
    List<Bytes> prepared = new ArrayList<>(keys);
    for (int i = 0; i < keys; i++) {
      Bytes key = key(i);
      // Computes the hash and keeps it in the key.
      if (key.hashCode() == 0) {
        continue;
      }
      prepared.add(key);
    }
    Collections.shuffle(prepared, new Random(seed));
    return prepared.toArray(Bytes[]::new);
  }
}
