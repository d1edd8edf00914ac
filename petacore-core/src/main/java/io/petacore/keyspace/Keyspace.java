package io.petacore.keyspace;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.KeyFormatException;
import io.petacore.error.ValueFormatException;
import io.petacore.internal.decoded.DecodingView;
import io.petacore.internal.decoded.ScratchKeys;
import io.petacore.internal.decoded.StorageViews;
import io.petacore.subscription.Change;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Transaction;
import java.util.NavigableMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The keys under a prefix, with keys and values of the application's types. Reads and writes
 * through any view or transaction, and holds no state of its own: make one for each prefix, as a
 * constant.
 *
 * <pre>{@code
 * static final Keyspace<String, Long> STOCK =
 *     Keyspace.of("stock/", KeyCodec.utf8(), Codec.decimal());
 *
 * storage.runTransaction(tx -> STOCK.write(tx, "apple", 3L));
 * Long apples = STOCK.read(storage, "apple");
 * }</pre>
 *
 * <p><b>Decoded values are shared.</b> A storage keeps what was decoded beside the version that it
 * came from, within {@code StorageBuilder.maxDecodedBytes}, and gives it to every reader: values
 * must be immutable. A transaction's own writes are decoded from what was encoded, so that changing
 * an object after it was written has no effect.
 *
 * <p>Every read throws what {@link ReadView} says, {@link ValueFormatException} for a value that
 * does not decode, and {@link IllegalArgumentException} for a key that has no encoding. Safe for
 * use by many threads.
 *
 * @param <K> the keys; immutable
 * @param <V> the values; immutable
 */
public final class Keyspace<K, V> {

  private final Bytes prefix;
  private final KeyRange range;
  private final KeyCodec<K> keyCodec;
  private final Codec<V> codec;
  private final ValueReader<V> values;

  private Keyspace(Bytes prefix, KeyCodec<K> keyCodec, Codec<V> codec) {
    if (prefix.isEmpty() || prefix.byteAt(0) == 0) {
      throw new IllegalArgumentException(
          "the prefix " + prefix + " is empty, or begins with a zero byte, which is reserved");
    }
    this.prefix = prefix;
    this.range = KeyRange.prefix(prefix);
    this.keyCodec = requireNonNull(keyCodec, "keyCodec");
    this.codec = requireNonNull(codec, "codec");
    this.values = new ValueReader<>(codec);
  }

  /**
   * Returns a keyspace.
   *
   * @param <K> the keys
   * @param <V> the values
   * @param prefix what its keys begin with; no other keyspace's prefix begins with it
   * @param keyCodec encodes the rest of the keys
   * @param codec encodes the values
   * @return the keyspace
   * @throws IllegalArgumentException if the prefix is empty or begins with a zero byte
   */
  public static <K, V> Keyspace<K, V> of(String prefix, KeyCodec<K> keyCodec, Codec<V> codec) {
    return of(Bytes.utf8(requireNonNull(prefix, "prefix")), keyCodec, codec);
  }

  /**
   * Returns a keyspace with a prefix that need not be text.
   *
   * @param <K> the keys
   * @param <V> the values
   * @param prefix what its keys begin with; no other keyspace's prefix begins with it
   * @param keyCodec encodes the rest of the keys
   * @param codec encodes the values
   * @return the keyspace
   * @throws IllegalArgumentException if the prefix is empty or begins with a zero byte
   */
  public static <K, V> Keyspace<K, V> of(Bytes prefix, KeyCodec<K> keyCodec, Codec<V> codec) {
    return new Keyspace<>(prefix, keyCodec, codec);
  }

  // ---- single keys

  /**
   * Reads a value. Allocates nothing if the value is kept decoded.
   *
   * @param view a storage, a snapshot or a transaction
   * @param key the key
   * @return the value, shared with other readers; null if the key is absent
   * @throws ValueFormatException if the value does not decode
   */
  public @Nullable V read(ReadView view, K key) {
    DecodingView decoding = StorageViews.decoding(view);
    ScratchKeys scratch = decoding == null ? null : ScratchKeys.acquire();
    if (decoding != null && scratch != null) {
      return values.read(decoding, scratch, prefix, keyCodec, key);
    }
    Bytes encoded = key(key);
    Bytes value = view.read(encoded);
    return value == null ? null : values.decode(decoding, encoded, value);
  }

  /**
   * Reads a value by its encoded key. The fastest read, if keys are encoded once and reused: as for
   * {@link ReadView#read(Bytes)}, their hashes are computed once.
   *
   * @param view a storage, a snapshot or a transaction
   * @param key the key as {@link #key} has returned it
   * @return the value, shared with other readers; null if the key is absent
   * @throws ValueFormatException if the value does not decode
   * @throws KeyFormatException if the key is not one of this keyspace, and its value not kept
   *     decoded
   */
  public @Nullable V readEncoded(ReadView view, Bytes key) {
    DecodingView decoding = StorageViews.decoding(view);
    Bytes value = view.read(key);
    if (value == null) {
      return null;
    }
    V known = decoding == null ? null : values.find(decoding, key, value);
    if (known != null) {
      return known;
    }
    decodeKey(key);
    return values.decode(decoding, key, value);
  }

  /**
   * Returns whether a key is present. Its value is not decoded.
   *
   * @param view a storage, a snapshot or a transaction
   * @param key the key
   * @return true if it has a value
   */
  public boolean exists(ReadView view, K key) {
    return view.exists(key(key));
  }

  /**
   * Sets a key to a value.
   *
   * @param tx the transaction
   * @param key the key
   * @param value the value
   * @return the transaction
   * @throws IllegalArgumentException if key or value have no encoding, or are too long
   */
  public Transaction write(Transaction tx, K key, V value) {
    Bytes encoded = key(key);
    return tx.write(encoded, codec.encode(encoded, requireNonNull(value, "value")));
  }

  /**
   * Deletes a key, if it is present.
   *
   * @param tx the transaction
   * @param key the key
   * @return the transaction
   */
  public Transaction delete(Transaction tx, K key) {
    return tx.delete(key(key));
  }

  /**
   * Replaces a value by what a function makes of it.
   *
   * @param tx the transaction; at Read Committed another commit may come in between
   * @param key the key
   * @param update gets the value, or null if the key is absent; returns the new value, or null to
   *     delete the key
   * @return the new value; null if the key was deleted
   * @throws ValueFormatException if the value does not decode
   */
  public @Nullable V update(Transaction tx, K key, UnaryOperator<@Nullable V> update) {
    @Nullable V updated = update.apply(read(tx, key));
    if (updated == null) {
      delete(tx, key);
    } else {
      write(tx, key, updated);
    }
    return updated;
  }

  // ---- ranges

  /** {@return the keys of this keyspace, as a range of the namespace} */
  public KeyRange range() {
    return range;
  }

  /**
   * Returns the range from a key, inclusive, to another, exclusive.
   *
   * @param from the least key
   * @param to the least key above the range
   * @return the range
   * @throws IllegalArgumentException if {@code from} is greater than {@code to}
   */
  public KeyRange range(K from, K to) {
    return KeyRange.closedOpen(key(from), key(to));
  }

  /**
   * Returns the range of the keys from a key on, inclusive.
   *
   * @param from the least key
   * @return the range
   */
  public KeyRange atLeast(K from) {
    return range.startingAt(key(from));
  }

  /**
   * Returns the range of the keys below a key.
   *
   * @param to the least key above the range
   * @return the range
   */
  public KeyRange below(K to) {
    return KeyRange.closedOpen(prefix, key(to));
  }

  /**
   * Returns the range of the tuples that begin with some elements.
   *
   * @param first the values of the first elements
   * @return the range
   * @throws IllegalArgumentException if the keys are not tuples, or the values don't match them
   */
  public KeyRange prefix(Object... first) {
    return KeyEncodings.tuplesFrom(prefix.concat(keyCodec.prefix(first)));
  }

  /**
   * Returns the entries of this keyspace, in ascending order.
   *
   * @param view a storage, a snapshot or a transaction
   * @return an iterable that may be iterated any number of times
   */
  public TypedScan<K, V> scan(ReadView view) {
    return scan(view, range);
  }

  /**
   * Returns the entries of a range, in ascending order.
   *
   * @param view a storage, a snapshot or a transaction
   * @param part the range; keys outside this keyspace are left out
   * @return an iterable that may be iterated any number of times
   */
  public TypedScan<K, V> scan(ReadView view, KeyRange part) {
    return new TypedScan<>(this, StorageViews.decoding(view), view.scan(range.intersect(part)));
  }

  /**
   * Returns the entries of this keyspace, the greatest key first.
   *
   * @param view a storage, a snapshot or a transaction
   * @return an iterable that may be iterated any number of times
   */
  public TypedScan<K, V> scanDescending(ReadView view) {
    return scanDescending(view, range);
  }

  /**
   * Returns the entries of a range, the greatest key first.
   *
   * @param view a storage, a snapshot or a transaction
   * @param part the range; keys outside this keyspace are left out
   * @return an iterable that may be iterated any number of times
   */
  public TypedScan<K, V> scanDescending(ReadView view, KeyRange part) {
    return new TypedScan<>(
        this, StorageViews.decoding(view), view.scanDescending(range.intersect(part)));
  }

  /**
   * Counts the keys of this keyspace. Takes time in proportion to their number.
   *
   * @param view a storage, a snapshot or a transaction
   * @return the number of present keys, malformed ones included
   */
  public long count(ReadView view) {
    return view.count(range);
  }

  /**
   * Counts the keys of a range. Takes time in proportion to their number.
   *
   * @param view a storage, a snapshot or a transaction
   * @param part the range; keys outside this keyspace are left out
   * @return the number of present keys, malformed ones included
   */
  public long count(ReadView view, KeyRange part) {
    return view.count(range.intersect(part));
  }

  /**
   * Returns this keyspace as a map that can't be changed: of one state for a snapshot, of the
   * newest one at each call for a storage. Maps of its parts, in both directions, cost nothing;
   * {@code size} takes time in proportion to the number of keys.
   *
   * @param view a storage, a snapshot or a transaction
   * @return the map, in the order of the key codec
   */
  public NavigableMap<K, V> asMap(ReadView view) {
    return new KeyspaceMap<>(this, requireNonNull(view, "view"), null, null, false);
  }

  // ---- encodings

  /**
   * Encodes a key.
   *
   * @param key the key
   * @return the key of the namespace, with the prefix
   * @throws IllegalArgumentException if it has no encoding
   */
  public Bytes key(K key) {
    return KeyEncodings.of(prefix, keyCodec, requireNonNull(key, "key"));
  }

  /**
   * Decodes a key.
   *
   * @param key a key of the namespace
   * @return the key without the prefix
   * @throws KeyFormatException if it is not a key of this keyspace
   */
  public K decodeKey(Bytes key) {
    return KeyEncodings.decode(prefix, keyCodec, key);
  }

  /**
   * Encodes an entry, for example for a bulk load.
   *
   * @param key the key
   * @param value the value
   * @return the entry of the namespace
   * @throws IllegalArgumentException if key or value have no encoding
   */
  public Entry encode(K key, V value) {
    Bytes encoded = key(key);
    return new Entry(encoded, codec.encode(encoded, requireNonNull(value, "value")));
  }

  /**
   * Decodes an entry.
   *
   * @param entry an entry of the namespace
   * @return the entry
   * @throws KeyFormatException if its key is not one of this keyspace
   * @throws ValueFormatException if its value does not decode
   */
  public TypedEntry<K, V> decode(Entry entry) {
    return decode(null, entry);
  }

  /**
   * Decodes a change that a subscription was given.
   *
   * @param change a change of the namespace
   * @return the change
   * @throws KeyFormatException if its key is not one of this keyspace
   * @throws ValueFormatException if a value of it does not decode
   */
  public TypedChange<K, V> decode(Change change) {
    return new TypedChange<>(
        decodeKey(change.key()),
        values.decodeOrNull(change.key(), change.before()),
        values.decodeOrNull(change.key(), change.after()));
  }

  TypedEntry<K, V> decode(@Nullable DecodingView view, Entry entry) {
    return new TypedEntry<>(
        decodeKey(entry.key()), values.decode(view, entry.key(), entry.value()));
  }

  KeyCodec<K> keyCodec() {
    return keyCodec;
  }

  @Override
  public String toString() {
    return "Keyspace{" + prefix + ", " + keyCodec + " to " + codec + "}";
  }
}
