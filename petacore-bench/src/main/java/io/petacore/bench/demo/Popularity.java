package io.petacore.bench.demo;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which item the next customer wants: the item of rank {@code r} in proportion to {@code r^-skew}
 * (Zipf), with the ranks spread over the catalogue at random. Skew 0 makes all alike.
 */
final class Popularity {
  /** At each rank, the sum of the weights up to it. */
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

  /** The index of an item. */
  int next(SplittableRandom random) {
    double point = random.nextDouble() * cumulated[cumulated.length - 1];
    int found = Arrays.binarySearch(cumulated, point);
    int rank = found >= 0 ? found : -found - 1;
    return itemOfRank[Math.min(rank, itemOfRank.length - 1)];
  }
}
