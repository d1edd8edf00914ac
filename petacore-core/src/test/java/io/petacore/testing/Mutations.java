package io.petacore.testing;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Input for what parses what comes from outside: well-formed examples that are damaged in one to
 * four places, now and then sheer noise. All of it comes from the random numbers given.
 */
public final class Mutations {

  private final Random random;
  private final List<byte[]> examples;
  private final byte[] telling;

  /**
   * @param examples what is well-formed
   * @param telling bytes that mean something to the parser: they are put in more often
   */
  public Mutations(Random random, List<byte[]> examples, byte... telling) {
    this.random = random;
    this.examples = examples;
    this.telling = telling.clone();
  }

  /** The next input. */
  public byte[] next() {
    if (random.nextInt(10) == 0) {
      byte[] noise = new byte[random.nextInt(80)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] input = example();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      input = damaged(input);
    }
    return input;
  }

  private byte[] example() {
    return examples.get(random.nextInt(examples.size())).clone();
  }

  private byte[] damaged(byte[] input) {
    int from = random.nextInt(input.length + 1);
    int to = from + random.nextInt(Math.min(8, input.length - from) + 1);
    switch (random.nextInt(6)) {
      case 0 -> {
        if (input.length > 0) {
          input[random.nextInt(input.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return input;
      }
      case 1 -> {
        return spliced(input, from, new byte[] {someByte()}, Math.min(from + 1, input.length));
      }
      case 2 -> {
        return spliced(input, from, new byte[] {someByte()}, from);
      }
      case 3 -> {
        return spliced(input, from, new byte[0], to);
      }
      case 4 -> {
        return spliced(input, from, Arrays.copyOfRange(input, from, to), from);
      }
      default -> {
        byte[] other = example();
        return spliced(input, from, other, input.length);
      }
    }
  }

  private byte someByte() {
    return telling.length > 0 && random.nextBoolean()
        ? telling[random.nextInt(telling.length)]
        : (byte) random.nextInt(256);
  }

  /** The input up to a place, something else, and the input from another place on. */
  private static byte[] spliced(byte[] input, int from, byte[] with, int to) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(input.length + with.length);
    out.write(input, 0, from);
    out.writeBytes(with);
    out.write(input, to, input.length - to);
    return out.toByteArray();
  }
}
