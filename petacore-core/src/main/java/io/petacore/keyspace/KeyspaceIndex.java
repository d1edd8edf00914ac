package io.petacore.keyspace;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.IndexFunction;
import io.petacore.data.KeyRange;
import io.petacore.internal.decoded.StorageViews;
import io.petacore.transaction.IndexView;
import io.petacore.transaction.ReadView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A secondary index of a {@link Keyspace}, with index keys of the application's type. Make one for
 * each index, as a constant, and pass it to {@link
 * io.petacore.StorageBuilder#index(KeyspaceIndex)}.
 *
 * <pre>{@code
 * static final KeyspaceIndex<String, CityId, City> BY_COUNTRY =
 *     KeyspaceIndex.of("byCountry", CITIES, KeyCodec.string(), City::country);
 *
 * storage = DistributedStorage.builder(store).index(BY_COUNTRY).open();
 * for (TypedEntry<CityId, City> city : BY_COUNTRY.lookup(storage, "NZ")) …
 * }</pre>
 *
 * <p>What {@link IndexFunction} says of functions holds for those of this index; a value that does
 * not decode is left out. Reads throw what {@link IndexView} and {@link TypedScan} say, and {@link
 * IllegalArgumentException} if the view's storage has no such index. Safe for use by many threads.
 *
 * @param <I> the index keys; immutable
 * @param <K> the keys of the keyspace
 * @param <V> its values
 */
public final class KeyspaceIndex<I, K, V> implements IndexFunction {

  private final String name;
  private final Keyspace<K, V> keyspace;
  private final KeyCodec<I> codec;
  private final Function<? super TypedEntry<K, V>, ? extends Collection<? extends I>> function;
  private final boolean unique;

  private KeyspaceIndex(
      String name,
      Keyspace<K, V> keyspace,
      KeyCodec<I> codec,
      Function<? super TypedEntry<K, V>, ? extends Collection<? extends I>> function,
      boolean unique) {
    this.name = requireNonNull(name, "name");
    this.keyspace = requireNonNull(keyspace, "keyspace");
    this.codec = requireNonNull(codec, "codec");
    this.function = requireNonNull(function, "function");
    this.unique = unique;
  }

  /**
   * Returns an index with at most one index key for each value.
   *
   * @param <I> the index keys
   * @param <K> the keys of the keyspace
   * @param <V> its values
   * @param name 1 to 64 ASCII letters, digits, {@code .}, {@code _} and {@code -}
   * @param keyspace the entries
   * @param codec encodes the index keys
   * @param function returns the index key of a value, or null to leave it out; pure and quick
   * @return the index
   */
  public static <I, K, V> KeyspaceIndex<I, K, V> of(
      String name,
      Keyspace<K, V> keyspace,
      KeyCodec<I> codec,
      Function<? super V, ? extends @Nullable I> function) {
    requireNonNull(function, "function");
    return ofEach(
        name,
        keyspace,
        codec,
        entry -> {
          @Nullable I indexKey = function.apply(entry.value());
          return indexKey == null ? List.of() : List.of(indexKey);
        });
  }

  /**
   * Returns an index with any number of index keys for each entry.
   *
   * @param <I> the index keys
   * @param <K> the keys of the keyspace
   * @param <V> its values
   * @param name 1 to 64 ASCII letters, digits, {@code .}, {@code _} and {@code -}
   * @param keyspace the entries
   * @param codec encodes the index keys
   * @param function returns the index keys of an entry; pure and quick
   * @return the index
   */
  public static <I, K, V> KeyspaceIndex<I, K, V> ofEach(
      String name,
      Keyspace<K, V> keyspace,
      KeyCodec<I> codec,
      Function<? super TypedEntry<K, V>, ? extends Collection<? extends I>> function) {
    return new KeyspaceIndex<>(name, keyspace, codec, function, false);
  }

  /**
   * Returns the same index, in which no two entries may have the same index key; see {@link
   * io.petacore.StorageBuilder#uniqueIndex}.
   *
   * @return the index
   */
  public KeyspaceIndex<I, K, V> unique() {
    return new KeyspaceIndex<>(name, keyspace, codec, function, true);
  }

  /** {@return the name} */
  public String name() {
    return name;
  }

  /** {@return the keyspace of the entries} */
  public Keyspace<K, V> keyspace() {
    return keyspace;
  }

  /** {@return whether no two entries may have the same index key} */
  public boolean isUnique() {
    return unique;
  }

  /**
   * Computes the encoded index keys of an entry, for the storage.
   *
   * @param entry an entry of the keyspace
   * @return the index keys
   */
  @Override
  public Collection<Bytes> indexKeysOf(Entry entry) {
    Collection<? extends I> indexKeys = function.apply(keyspace.decode(entry));
    List<Bytes> encoded = new ArrayList<>(indexKeys.size());
    indexKeys.forEach(indexKey -> encoded.add(key(indexKey)));
    return encoded;
  }

  // ---- reads

  /**
   * Returns the entries with an index key.
   *
   * @param view a storage, a snapshot or a transaction
   * @param indexKey the index key
   * @return the entries in ascending order of their keys
   */
  public TypedScan<K, V> lookup(ReadView view, I indexKey) {
    return scan(view, KeyRange.single(key(indexKey)));
  }

  /**
   * Returns the first entry with an index key, of a unique index the only one.
   *
   * @param view a storage, a snapshot or a transaction
   * @param indexKey the index key
   * @return the entry with the least key; null if no entry has the index key
   */
  public @Nullable TypedEntry<K, V> find(ReadView view, I indexKey) {
    Entry found = view.index(name).find(key(indexKey));
    return found == null ? null : keyspace.decode(StorageViews.decoding(view), found);
  }

  /**
   * Returns the entries whose index keys are in a range.
   *
   * @param view a storage, a snapshot or a transaction
   * @param indexKeys the range, such as {@link #range} returns it; {@code KeyRange.all()} for all
   * @return the entries in ascending order of index keys
   */
  public TypedScan<K, V> scan(ReadView view, KeyRange indexKeys) {
    return decoded(view, view.index(name).scan(indexKeys));
  }

  /**
   * Returns the entries whose index keys are in a range, the greatest index key first.
   *
   * @param view a storage, a snapshot or a transaction
   * @param indexKeys the range, such as {@link #range} returns it; {@code KeyRange.all()} for all
   * @return the entries in descending order of index keys
   */
  public TypedScan<K, V> scanDescending(ReadView view, KeyRange indexKeys) {
    return decoded(view, view.index(name).scanDescending(indexKeys));
  }

  /**
   * Counts the entries with an index key. Takes time in proportion to their number.
   *
   * @param view a storage, a snapshot or a transaction
   * @param indexKey the index key
   * @return the number of entries
   */
  public long count(ReadView view, I indexKey) {
    return count(view, KeyRange.single(key(indexKey)));
  }

  /**
   * Counts what a {@linkplain #scan scan} returns. Takes time in proportion to it.
   *
   * @param view a storage, a snapshot or a transaction
   * @param indexKeys the range
   * @return the number of entries
   */
  public long count(ReadView view, KeyRange indexKeys) {
    return view.index(name).count(indexKeys);
  }

  private TypedScan<K, V> decoded(ReadView view, Iterable<Entry> entries) {
    return new TypedScan<>(keyspace, StorageViews.decoding(view), entries);
  }

  // ---- ranges of index keys

  /**
   * Returns the range from an index key, inclusive, to another, exclusive.
   *
   * @param from the least index key
   * @param to the least index key above the range
   * @return the range
   * @throws IllegalArgumentException if {@code from} is greater than {@code to}
   */
  public KeyRange range(I from, I to) {
    return KeyRange.closedOpen(key(from), key(to));
  }

  /**
   * Returns the range of the index keys from one on, inclusive.
   *
   * @param from the least index key
   * @return the range
   */
  public KeyRange atLeast(I from) {
    return KeyRange.atLeast(key(from));
  }

  /**
   * Returns the range of the index keys below one.
   *
   * @param to the least index key above the range
   * @return the range
   */
  public KeyRange below(I to) {
    return KeyRange.closedOpen(Bytes.EMPTY, key(to));
  }

  /**
   * Returns the range of the index keys that are tuples and begin with some elements.
   *
   * @param first the values of the first elements
   * @return the range
   * @throws IllegalArgumentException if the index keys are not tuples, or the values don't match
   */
  public KeyRange prefix(Object... first) {
    return KeyEncodings.tuplesFrom(codec.prefix(first));
  }

  private Bytes key(I indexKey) {
    return KeyEncodings.of(codec, requireNonNull(indexKey, "indexKey"));
  }

  @Override
  public String toString() {
    return "KeyspaceIndex{"
        + name
        + ", "
        + codec
        + " of "
        + keyspace
        + (unique ? ", unique}" : "}");
  }
}
