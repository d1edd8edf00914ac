package io.petacore.keyspace;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Entry;
import io.petacore.error.KeyFormatException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ValueFormatException;
import io.petacore.internal.decoded.DecodingView;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a range, decoded as they are iterated. Immutable.
 *
 * <p>For an entry that does not decode, {@code next} throws {@link KeyFormatException} or {@link
 * ValueFormatException}; the call after that returns the entry behind it.
 *
 * @param <K> the keys
 * @param <V> the values
 */
public final class TypedScan<K, V> implements Iterable<TypedEntry<K, V>> {

  private final Keyspace<K, V> keyspace;
  private final @Nullable DecodingView view;
  private final Iterable<Entry> entries;
  private final long limit;
  private final @Nullable Consumer<? super PetaCoreException> skipped;

  TypedScan(Keyspace<K, V> keyspace, @Nullable DecodingView view, Iterable<Entry> entries) {
    this(keyspace, view, entries, Long.MAX_VALUE, null);
  }

  private TypedScan(
      Keyspace<K, V> keyspace,
      @Nullable DecodingView view,
      Iterable<Entry> entries,
      long limit,
      @Nullable Consumer<? super PetaCoreException> skipped) {
    this.keyspace = keyspace;
    this.view = view;
    this.entries = entries;
    this.limit = limit;
    this.skipped = skipped;
  }

  /**
   * Returns the first entries of this scan.
   *
   * @param entriesAtMost the maximum number of entries, without skipped ones; 0 or more
   * @return a scan of them
   * @throws IllegalArgumentException if it is negative
   */
  public TypedScan<K, V> limit(long entriesAtMost) {
    if (entriesAtMost < 0) {
      throw new IllegalArgumentException("the limit must not be negative: " + entriesAtMost);
    }
    return new TypedScan<>(keyspace, view, entries, Math.min(limit, entriesAtMost), skipped);
  }

  /**
   * Returns the same scan without the entries that do not decode.
   *
   * @param observer gets each of them, for example to count them: a {@link KeyFormatException} or a
   *     {@link ValueFormatException}
   * @return the scan
   */
  public TypedScan<K, V> skipMalformed(Consumer<? super PetaCoreException> observer) {
    return new TypedScan<>(keyspace, view, entries, limit, requireNonNull(observer, "observer"));
  }

  /**
   * Returns the entries as a stream.
   *
   * @return a sequential stream, to be used once
   */
  public Stream<TypedEntry<K, V>> stream() {
    return StreamSupport.stream(spliterator(), false);
  }

  @Override
  public Iterator<TypedEntry<K, V>> iterator() {
    return new Decoded(entries.iterator());
  }

  private final class Decoded implements Iterator<TypedEntry<K, V>> {
    private final Iterator<Entry> encoded;
    private long left = limit;

    /** Found by {@code hasNext}, which has to look for it where entries are skipped. */
    private @Nullable TypedEntry<K, V> found;

    Decoded(Iterator<Entry> encoded) {
      this.encoded = encoded;
    }

    @Override
    public boolean hasNext() {
      if (found != null) {
        return true;
      }
      if (left == 0) {
        return false;
      }
      if (skipped == null) {
        return encoded.hasNext();
      }
      while (found == null && encoded.hasNext()) {
        try {
          found = keyspace.decode(view, encoded.next());
        } catch (KeyFormatException | ValueFormatException malformed) {
          skipped.accept(malformed);
        }
      }
      return found != null;
    }

    @Override
    public TypedEntry<K, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      left--;
      TypedEntry<K, V> entry = found;
      found = null;
      return entry != null ? entry : keyspace.decode(view, encoded.next());
    }
  }
}
