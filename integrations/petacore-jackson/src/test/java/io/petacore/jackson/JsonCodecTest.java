package io.petacore.jackson;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import io.petacore.keyspace.Codec;
import io.petacore.keyspace.KeyCodec;
import io.petacore.keyspace.Keyspace;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Values as users of Jackson expect them. */
class JsonCodecTest {

  private static final Bytes KEY = Bytes.utf8("city/1");

  /** What an enum is for. */
  public enum Kind {
    TOWN,
    CAPITAL
  }

  /** A record with everything that needs a rule. */
  public record City(
      String name, long population, @Nullable String motto, Kind kind, Instant founded) {}

  /** A class with properties. */
  public static final class Bean {
    private int number;

    /** For Jackson. */
    public int getNumber() {
      return number;
    }

    /** For Jackson. */
    public void setNumber(int number) {
      this.number = number;
    }
  }

  private static final City OSLO =
      new City("Oslo", 717_710, null, Kind.CAPITAL, Instant.parse("1048-01-01T00:00:00.5Z"));

  private static <V> V thereAndBack(Codec<V> codec, V value) {
    return codec.decode(KEY, codec.encode(KEY, value));
  }

  @Test
  void recordsClassesAndGenerics() {
    JsonCodec<City> codec = JsonCodec.of(City.class);
    assertEquals(OSLO, thereAndBack(codec, OSLO));
    String json = codec.encode(KEY, OSLO).toUtf8();
    assertTrue(json.contains("\"motto\":null"), json);
    assertTrue(json.contains("\"CAPITAL\"") && json.contains("\"1048-01-01T00:00:00.500Z\""), json);
    Bean bean = new Bean();
    bean.setNumber(7);
    assertEquals(7, thereAndBack(JsonCodec.of(Bean.class), bean).getNumber());
    Map<String, List<City>> cities = Map.of("NO", List.of(OSLO));
    assertEquals(
        cities,
        thereAndBack(JsonCodec.of(new TypeReference<Map<String, List<City>>>() {}), cities));
  }

  @Test
  void fieldsMayComeAndGo() {
    JsonCodec<City> codec = JsonCodec.of(City.class);
    City read = codec.decode(KEY, Bytes.utf8("{\"name\":\"Oslo\",\"mayor\":\"?\"}"));
    assertEquals("Oslo", read.name());
    assertEquals(0, read.population());
  }

  @Test
  void aMapperOfTheApplication() {
    JsonMapper mapper =
        JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.UPPER_SNAKE_CASE)
            .build();
    JsonCodec<City> codec = JsonCodec.of(City.class, mapper);
    String json = codec.encode(KEY, OSLO).toUtf8();
    assertTrue(json.contains("\"NAME\":\"Oslo\""), json);
    assertEquals(OSLO, thereAndBack(codec, OSLO));
  }

  @Test
  void whatIsNoJsonIsMalformed() {
    JsonCodec<City> codec = JsonCodec.of(City.class);
    for (String text : List.of("", "{", "null", "7", "[]", "{\"kind\":\"VILLAGE\"}", "{} {}")) {
      ValueFormatException thrown =
          assertThrows(ValueFormatException.class, () -> codec.decode(KEY, Bytes.utf8(text)), text);
      String message = String.valueOf(thrown.getMessage());
      assertTrue(message.contains("city/1") && message.contains("json("), message);
    }
  }

  /** A value or malformed, whatever bytes there are. */
  @Test
  void fuzz() {
    JsonCodec<City> codec = JsonCodec.of(City.class);
    byte[] example = codec.encode(KEY, OSLO).toByteArray();
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] input = example.clone();
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        input[random.nextInt(input.length)] = (byte) random.nextInt(256);
      }
      try {
        assertNotNull(codec.decode(KEY, Bytes.of(input)));
      } catch (ValueFormatException malformed) {
        assertEquals(KEY, malformed.key());
      } catch (RuntimeException | Error e) {
        throw new AssertionError("input " + Bytes.of(input) + ", seed " + seed, e);
      }
    }
    String deep = "[".repeat(100_000);
    assertThrows(ValueFormatException.class, () -> codec.decode(KEY, Bytes.utf8(deep)));
  }

  @Test
  void aVersionIsDecodedOnce() {
    Keyspace<String, City> cities = Keyspace.of("city/", KeyCodec.utf8(), JsonCodec.of(City.class));
    try (KvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage = DistributedStorage.open(store)) {
      storage.runTransaction(tx -> cities.write(tx, "oslo", OSLO));
      assertEquals(OSLO, cities.read(storage, "oslo"));
      assertSame(cities.read(storage, "oslo"), cities.read(storage, "oslo"));
    }
  }
}
