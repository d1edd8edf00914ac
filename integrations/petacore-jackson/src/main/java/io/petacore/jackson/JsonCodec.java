package io.petacore.jackson;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import io.petacore.keyspace.Codec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Values as JSON in UTF-8, mapped by Jackson. Without a mapper of the application, Jackson's
 * defaults apply: instants and dates are text of ISO 8601, fields that are null are written, and
 * unknown fields are ignored, so that a newer program may add fields.
 *
 * <p>Readers share decoded values: use records, or immutable classes.
 *
 * @param <V> the values
 */
public final class JsonCodec<V> implements Codec<V> {

  private static final ObjectMapper DEFAULT = JsonMapper.builder().build();

  private final String name;
  private final ObjectReader reader;
  private final ObjectWriter writer;

  private JsonCodec(ObjectMapper mapper, JavaType type) {
    this.name = "json(" + type.toCanonical() + ")";
    this.reader = mapper.readerFor(type);
    this.writer = mapper.writerFor(type);
  }

  /**
   * Returns the codec of a class, with the default mapper.
   *
   * @param <V> the values
   * @param type the class, for example of a record
   * @return the codec
   */
  public static <V> JsonCodec<V> of(Class<V> type) {
    return of(type, DEFAULT);
  }

  /**
   * Returns the codec of a generic type, with the default mapper: {@code of(new
   * TypeReference<List<City>>() {})}.
   *
   * @param <V> the values
   * @param type the type
   * @return the codec
   */
  public static <V> JsonCodec<V> of(TypeReference<V> type) {
    return of(type, DEFAULT);
  }

  /**
   * Returns the codec of a class.
   *
   * @param <V> the values
   * @param type the class, for example of a record
   * @param mapper maps its objects
   * @return the codec
   */
  public static <V> JsonCodec<V> of(Class<V> type, ObjectMapper mapper) {
    return new JsonCodec<>(mapper, mapper.constructType(requireNonNull(type, "type")));
  }

  /**
   * Returns the codec of a generic type.
   *
   * @param <V> the values
   * @param type the type
   * @param mapper maps its objects
   * @return the codec
   */
  public static <V> JsonCodec<V> of(TypeReference<V> type, ObjectMapper mapper) {
    return new JsonCodec<>(mapper, mapper.constructType(requireNonNull(type, "type")));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if Jackson can't map the value
   */
  @Override
  public Bytes encode(Bytes key, V value) {
    try {
      return Bytes.wrap(writer.writeValueAsBytes(value));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "the value of " + key + " can't be written as " + name + ": " + e.getMessage(), e);
    }
  }

  @Override
  public V decode(Bytes key, Bytes value) {
    @Nullable V decoded;
    try {
      decoded = reader.readValue(value.toByteArray());
    } catch (JacksonException e) {
      throw new ValueFormatException(key, name, value, e.getOriginalMessage(), e);
    }
    if (decoded == null) {
      throw new ValueFormatException(key, name, value, "it is null", null);
    }
    return decoded;
  }

  @Override
  public boolean dependsOnKey() {
    return false;
  }

  @Override
  public String toString() {
    return name;
  }
}
