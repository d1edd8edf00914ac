package io.petacore.bench.support.dataset;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Generates a furniture catalogue; the same size and seed give the same catalogue everywhere. */
public final class Catalogue {
  private static final List<String> FINISHES =
      List.of("Oiled", "Lacquered", "Waxed", "Painted", "Bleached", "Stained", "Brushed", "Raw");
  private static final List<String> MATERIALS =
      List.of("oak", "beech", "walnut", "ash", "pine", "maple", "cherry", "steel", "bamboo");
  private static final List<String> PIECES =
      List.of(
          "bookshelf",
          "desk",
          "chair",
          "stool",
          "bench",
          "wardrobe",
          "table",
          "bed",
          "cabinet",
          "sideboard",
          "chest of drawers",
          "coat stand");

  /** Maximum number of items. */
  public static final int MAX_ITEMS = 10_000_000;

  private Catalogue() {}

  /** Generates items in key order; the key is a stock-keeping unit, the value its description. */
  public static List<Entry> generate(int items, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int digits = Math.max(5, Integer.toString(items).length());
    List<Entry> catalogue = new ArrayList<>(items);
    for (int i = 1; i <= items; i++) {
      String key = "sku-" + String.format(Locale.ROOT, "%0" + digits + "d", i);
      catalogue.add(new Entry(Bytes.utf8(key), Bytes.utf8(description(random))));
    }
    return catalogue;
  }

  private static String description(SplittableRandom random) {
    return String.format(
        Locale.ROOT,
        "%s %s %s, %d cm, %d.%02d EUR",
        pick(FINISHES, random),
        pick(MATERIALS, random),
        pick(PIECES, random),
        40 + 10 * random.nextInt(20),
        20 + random.nextInt(980),
        random.nextInt(100));
  }

  private static String pick(List<String> words, SplittableRandom random) {
    return words.get(random.nextInt(words.size()));
  }
}
