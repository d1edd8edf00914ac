package io.petacore.bench.demo;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Chooses items by a Zipf distribution: the item of rank {@code r} with a probability proportional
 * to {@code r^-skew}. Ranks are assigned at random; skew 0 is uniform.
 */
final class Popularity {
  /** For each rank, the sum of the weights up to it. */
  private final double[] cumulated;

  private final int[] itemOfRank;

  Popularity(int items, double skew, long seed) {
    cumulated = new double[items];
    itemOfRank = new int[items];
    double sum = 0;
    for (int i = 0; i < items; i++) {
      sum += Math.pow(i + 1, -skew);
      cumulated[i] = sum;
      itemOfRank[i] = i;
    }
    shuffle(itemOfRank, new SplittableRandom(seed));
  }

  private static void shuffle(int[] array, SplittableRandom random) {
    for (int i = array.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = array[i];
      array[i] = array[j];
      array[j] = swapped;
    }
  }

  /** Returns the index of the next item. */
  int next(SplittableRandom random) {
    double point = random.nextDouble() * cumulated[cumulated.length - 1];
    int found = Arrays.binarySearch(cumulated, point);
    int rank = found >= 0 ? found : -found - 1;
    return itemOfRank[Math.min(rank, itemOfRank.length - 1)];
  }
}
