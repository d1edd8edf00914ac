package io.petacore.keyspace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.KeyFormatException;
import io.petacore.testing.Mutations;
import io.petacore.testing.Seeds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Encodings sort as keys do, are decoded to the same keys, and nothing else decodes. */
@SuppressWarnings("EnumOrdinal") // Error Prone takes TimeUnit.values()[i] for it
class KeyCodecTest {

  private static final int RUNS = 20_000;

  /** A tuple of every kind of element. */
  record Everything(Place place, Tag tag, long number, Bytes bytes) {}

  record Place(String country, int number) {}

  record Tag(UUID id, Instant time, TimeUnit unit) {}

  static final KeyCodec<Place> PLACE =
      KeyCodec.tuple(
          KeyCodec.string().of(Place::country), KeyCodec.int32().of(Place::number), Place::new);

  static final KeyCodec<Everything> EVERYTHING =
      KeyCodec.tuple(
          PLACE.of(Everything::place),
          KeyCodec.tuple(
                  KeyCodec.uuid().of(Tag::id),
                  KeyCodec.instant().of(Tag::time),
                  KeyCodec.enumOf(TimeUnit.class).of(Tag::unit),
                  Tag::new)
              .of(Everything::tag),
          KeyCodec.int64().of(Everything::number),
          KeyCodec.bytes().of(Everything::bytes),
          Everything::new);

  private static final Comparator<String> CODE_POINTS =
      (a, b) -> Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());

  private static final Comparator<UUID> UNSIGNED =
      Comparator.<UUID, String>comparing(UUID::toString);

  private static final Comparator<Everything> ORDER =
      Comparator.comparing((Everything e) -> e.place().country(), CODE_POINTS)
          .thenComparing(e -> e.place().number())
          .thenComparing(e -> e.tag().id(), UNSIGNED)
          .thenComparing(e -> e.tag().time())
          .thenComparing(e -> e.tag().unit())
          .thenComparing(Everything::number)
          .thenComparing(Everything::bytes);

  /** Small ranges, so that many elements are equal and the next ones decide; and every length. */
  static long number(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(5) - 2;
      case 1 ->
          (random.nextBoolean() ? 1 : -1) * (1L << random.nextInt(63)) + random.nextInt(3) - 1;
      case 2 -> random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE;
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  static String text(Random random) {
    String[] parts = {"", "a", "b", "\0", "\1", "\u007f", "é", "\uffff", "\ud83d\ude00", "NZ"};
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append(parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }

  private static Bytes bytes(Random random) {
    byte[] bytes = new byte[random.nextInt(4)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = new byte[] {0, 1, 2, (byte) 0xff, (byte) 0xfe}[random.nextInt(5)];
    }
    return Bytes.of(bytes);
  }

  private static Instant instant(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Instant.MIN;
      case 1 -> Instant.MAX;
      case 2 -> Instant.ofEpochSecond(random.nextInt(3) - 1, random.nextInt(1_000_000_000));
      default -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(2));
    };
  }

  private static Everything everything(Random random) {
    return new Everything(
        new Place(text(random), (int) number(random)),
        new Tag(
            new UUID(number(random), number(random)),
            instant(random),
            TimeUnit.values()[random.nextInt(TimeUnit.values().length)]),
        number(random),
        bytes(random));
  }

  private static <K> K decode(KeyCodec<K> codec, Bytes encoding) {
    KeyReader in = new KeyReader(encoding, 0);
    K key = codec.decode(in);
    assertEquals(0, in.remaining());
    return key;
  }

  private static <K> void check(
      KeyCodec<K> codec, Comparator<? super K> order, Function<Random, K> keys) {
    long seed = Seeds.one();
    Random random = new Random(seed);
    for (int i = 0; i < RUNS; i++) {
      K a = keys.apply(random);
      K b = keys.apply(random);
      Bytes first = KeyEncodings.of(codec, a);
      Bytes second = KeyEncodings.of(codec, b);
      String what = a + " and " + b + Seeds.replay(seed);
      assertEquals(
          Integer.signum(order.compare(a, b)), Integer.signum(first.compareTo(second)), what);
      assertEquals(
          Integer.signum(order.compare(a, b)),
          Integer.signum(codec.comparator().compare(a, b)),
          what);
      assertEquals(a, decode(codec, first), what);
      if (codec.isSelfDelimiting()) {
        assertTrue(
            first.equals(second)
                || !first.startsWith(second)
                || first.byteAt(second.length()) == (byte) 0xff,
            what);
      }
    }
  }

  /** Fails if a sign is not taken into account, or a length does not come first. */
  @Test
  void numbersSortAsTheyCount() {
    check(KeyCodec.int64(), Comparator.naturalOrder(), KeyCodecTest::number);
    check(KeyCodec.int32(), Comparator.naturalOrder(), random -> (int) number(random));
  }

  @Test
  void stringsSortByCodePoint() {
    check(KeyCodec.string(), CODE_POINTS, KeyCodecTest::text);
    check(KeyCodec.utf8(), CODE_POINTS, KeyCodecTest::text);
  }

  @Test
  void theOthersSort() {
    check(KeyCodec.bytes(), Comparator.naturalOrder(), KeyCodecTest::bytes);
    check(KeyCodec.raw(), Comparator.naturalOrder(), KeyCodecTest::bytes);
    check(KeyCodec.instant(), Comparator.naturalOrder(), KeyCodecTest::instant);
    check(KeyCodec.uuid(), UNSIGNED, random -> new UUID(random.nextLong(), random.nextLong()));
    check(
        KeyCodec.enumOf(TimeUnit.class),
        Comparator.naturalOrder(),
        random -> TimeUnit.values()[random.nextInt(TimeUnit.values().length)]);
  }

  /** Fails if the end of an element is ambiguous, or a terminator sorts above content. */
  @Test
  void tuplesSortByTheirElements() {
    check(EVERYTHING, ORDER, KeyCodecTest::everything);
  }

  /** The examples of FoundationDB's design document, and the ends of its integers. */
  @Test
  void encodingsAreThoseOfFoundationDb() {
    assertEncoding("01666f6f00ff62617200", KeyCodec.bytes(), Bytes.utf8("foo\0bar"));
    assertEncoding(
        "0246c3b400ff62617200", KeyCodec.string(), "F\u00d4\0bar".replace('\u00d4', 'ô'));
    assertEncoding("1149a55b".replace("1149a55b", "11b65aa4"), KeyCodec.int64(), -4_826_459L);
    assertEncoding("14", KeyCodec.int64(), 0L);
    assertEncoding("1501", KeyCodec.int64(), 1L);
    assertEncoding("13fe", KeyCodec.int64(), -1L);
    assertEncoding("15ff", KeyCodec.int64(), 255L);
    assertEncoding("160100", KeyCodec.int64(), 256L);
    assertEncoding("1c7fffffffffffffff", KeyCodec.int64(), Long.MAX_VALUE);
    assertEncoding("0c7fffffffffffffff", KeyCodec.int64(), Long.MIN_VALUE);
  }

  private static <K> void assertEncoding(String hex, KeyCodec<K> codec, K key) {
    assertArrayEquals(
        HexFormat.of().parseHex(hex), KeyEncodings.of(codec, key).toByteArray(), () -> "" + key);
  }

  /** Whatever bytes there are: a key that has just these bytes as its encoding, or none. */
  @Test
  void anythingElseIsMalformed() {
    List<KeyCodec<?>> codecs =
        List.of(
            EVERYTHING,
            KeyCodec.int32(),
            KeyCodec.int64(),
            KeyCodec.string(),
            KeyCodec.utf8(),
            KeyCodec.bytes(),
            KeyCodec.uuid(),
            KeyCodec.instant(),
            KeyCodec.enumOf(TimeUnit.class),
            KeyCodec.int32().map(KeyCodecTest::positive, number -> number));
    long seed = Seeds.one();
    Random random = new Random(seed);
    List<byte[]> examples = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      examples.add(KeyEncodings.of(EVERYTHING, everything(random)).toByteArray());
      examples.add(KeyEncodings.of(KeyCodec.int64(), number(random)).toByteArray());
      examples.add(KeyEncodings.of(KeyCodec.instant(), instant(random)).toByteArray());
      examples.add(KeyEncodings.of(KeyCodec.string(), text(random)).toByteArray());
    }
    Mutations mutations =
        new Mutations(random, examples, (byte) 0, (byte) -1, (byte) 2, (byte) 0x14, (byte) 0x40);
    int[] decoded = new int[1];
    for (int i = 0; i < RUNS; i++) {
      Bytes input = Bytes.of(mutations.next());
      for (KeyCodec<?> codec : codecs) {
        decoded[0] += decodesToItself(codec, input, seed) ? 1 : 0;
      }
    }
    assertTrue(decoded[0] > 0, "some are well-formed still");
  }

  private static int positive(int number) {
    if (number <= 0) {
      throw new IllegalArgumentException("not positive");
    }
    return number;
  }

  private static <K> boolean decodesToItself(KeyCodec<K> codec, Bytes input, long seed) {
    K key;
    KeyReader in = new KeyReader(input, 0);
    try {
      key = codec.decode(in);
    } catch (KeyFormatException malformed) {
      return false;
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(codec + " of " + input + Seeds.replay(seed), e);
    }
    assertEquals(
        input.prefixOf(input.length() - in.remaining()), KeyEncodings.of(codec, key), codec + "");
    return true;
  }

  @Test
  void aTupleStartsWithItsPrefix() {
    Bytes prefix = PLACE.prefix("NZ");
    assertTrue(KeyEncodings.of(PLACE, new Place("NZ", 7)).startsWith(prefix));
    Keyspace<Place, Long> places = Keyspace.of("p/", PLACE, Codec.decimal());
    KeyRange range = places.prefix("NZ");
    for (int number : new int[] {Integer.MIN_VALUE, 0, Integer.MAX_VALUE}) {
      assertTrue(range.contains(places.key(new Place("NZ", number))));
      for (String other : new String[] {"NZ\0", "NZ\1", "N", "NY", "O", "NZ\uffff"}) {
        assertFalse(range.contains(places.key(new Place(other, number))), other);
      }
    }
    assertEquals(
        KeyRange.closedOpen(Bytes.utf8("p/"), Bytes.utf8("p/").concat(Bytes.of((byte) 0xff))),
        places.prefix());
    assertEquals(KeyEncodings.of(PLACE, new Place("NZ", 7)), PLACE.prefix("NZ", 7));
    assertThrows(IllegalArgumentException.class, () -> PLACE.prefix(7));
    assertThrows(IllegalArgumentException.class, () -> PLACE.prefix("NZ", 7, 8));
    assertThrows(IllegalArgumentException.class, () -> KeyCodec.int32().prefix(7));
  }

  @Test
  void whatHasNoEncodingIsRefused() {
    for (String unpaired : List.of("\ud800", "a\udc00", "\udc00\ud800", "\ud800\ud800\udc00")) {
      assertThrows(IllegalArgumentException.class, () -> KeyCodec.string().size(unpaired));
      assertThrows(IllegalArgumentException.class, () -> KeyCodec.utf8().size(unpaired));
    }
    assertThrows(
        IllegalArgumentException.class,
        () ->
            KeyCodec.tuple(
                KeyCodec.utf8().of(Place::country),
                KeyCodec.int32().of(Place::number),
                Place::new));
  }
}
