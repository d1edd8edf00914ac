package io.petacore.keyspace;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.decoded.StorageViews;
import io.petacore.transaction.ReadView;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A keyspace, or a part of it, as a map that can't be changed: each call reads the view. */
final class KeyspaceMap<K, V> extends AbstractMap<K, V> implements NavigableMap<K, V> {

  /** An end of the map; with the key itself if it is inclusive. */
  record Bound(Bytes key, boolean inclusive) {

    boolean isAbove(Bytes other, boolean orAt) {
      int order = key.compareTo(other);
      return order > 0 || (order == 0 && orAt);
    }

    boolean isBelow(Bytes other, boolean orAt) {
      int order = key.compareTo(other);
      return order < 0 || (order == 0 && orAt);
    }
  }

  private final Keyspace<K, V> keyspace;
  private final ReadView view;
  private final @Nullable Bound low;
  private final @Nullable Bound high;
  private final boolean descending;

  KeyspaceMap(
      Keyspace<K, V> keyspace,
      ReadView view,
      @Nullable Bound low,
      @Nullable Bound high,
      boolean descending) {
    this.keyspace = keyspace;
    this.view = view;
    this.low = low;
    this.high = high;
    this.descending = descending;
  }

  // ---- single keys

  private static <K> Bytes encode(Keyspace<K, ?> keyspace, Object key) {
    @SuppressWarnings("unchecked") // as a TreeMap, throws ClassCastException for other types
    K typed = (K) requireNonNull(key, "key");
    return keyspace.key(typed);
  }

  @Override
  public boolean containsKey(Object key) {
    Bytes encoded = encode(keyspace, key);
    return contains(encoded, true) && view.exists(encoded);
  }

  @Override
  @SuppressWarnings("unchecked") // as above
  public @Nullable V get(Object key) {
    if (low == null && high == null) {
      return keyspace.read(view, (K) requireNonNull(key, "key"));
    }
    return contains(encode(keyspace, key), true) ? keyspace.read(view, (K) key) : null;
  }

  /**
   * Whether a key is in this part.
   *
   * @param asKey false for an exclusive bound of a smaller part, which may be the bound of this one
   */
  private boolean contains(Bytes key, boolean asKey) {
    return (low == null || low.isBelow(key, !asKey || low.inclusive))
        && (high == null || high.isAbove(key, !asKey || high.inclusive));
  }

  // ---- scans

  private KeyRange range() {
    Bytes from = low == null ? keyspace.range().from() : from(low);
    Bytes to = high == null ? keyspace.range().to() : to(high);
    return between(from, to);
  }

  private static Bytes from(Bound low) {
    return low.inclusive ? low.key : low.key.successor();
  }

  private static Bytes to(Bound high) {
    return high.inclusive ? high.key.successor() : high.key;
  }

  private static KeyRange between(Bytes from, @Nullable Bytes to) {
    if (to == null) {
      return KeyRange.atLeast(from);
    }
    return KeyRange.closedOpen(from, from.compareTo(to) > 0 ? from : to);
  }

  private Iterator<io.petacore.data.Entry> scan(KeyRange range, boolean greatestFirst) {
    return (greatestFirst ? view.scanDescending(range) : view.scan(range)).iterator();
  }

  private io.petacore.data.@Nullable Entry first(boolean fromTheOtherEnd) {
    Iterator<io.petacore.data.Entry> entries = scan(range(), descending != fromTheOtherEnd);
    return entries.hasNext() ? entries.next() : null;
  }

  /** Finds the next entry before or after a key, in the direction of this map. */
  private io.petacore.data.@Nullable Entry near(K key, boolean before, boolean inclusive) {
    Bound bound = new Bound(keyspace.key(key), inclusive);
    boolean less = before != descending;
    KeyRange all = range();
    Bytes to = all.to();
    KeyRange part;
    if (less) {
      Bytes below = to(bound);
      part = between(all.from(), to == null || below.compareTo(to) < 0 ? below : to);
    } else {
      part = all.startingAt(from(bound));
    }
    Iterator<io.petacore.data.Entry> entries = scan(part, less);
    return entries.hasNext() ? entries.next() : null;
  }

  private @Nullable K key(io.petacore.data.@Nullable Entry entry) {
    return entry == null ? null : keyspace.decodeKey(entry.key());
  }

  private K required(io.petacore.data.@Nullable Entry entry) {
    if (entry == null) {
      throw new NoSuchElementException("the map is empty");
    }
    return keyspace.decodeKey(entry.key());
  }

  private Map.@Nullable Entry<K, V> typed(io.petacore.data.@Nullable Entry entry) {
    if (entry == null) {
      return null;
    }
    TypedEntry<K, V> decoded = keyspace.decode(StorageViews.decoding(view), entry);
    return new SimpleImmutableEntry<>(decoded.key(), decoded.value());
  }

  private <T> Iterator<T> iterate(Function<io.petacore.data.Entry, T> decoder) {
    Iterator<io.petacore.data.Entry> entries = scan(range(), descending);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public T next() {
        return decoder.apply(entries.next());
      }
    };
  }

  Iterator<K> keys() {
    return iterate(entry -> keyspace.decodeKey(entry.key()));
  }

  @Override
  public int size() {
    return (int) Math.min(Integer.MAX_VALUE, view.count(range()));
  }

  @Override
  public boolean isEmpty() {
    return first(false) == null;
  }

  @Override
  public Set<Map.Entry<K, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<K, V>> iterator() {
        return iterate(entry -> requireNonNull(typed(entry)));
      }

      @Override
      public int size() {
        return KeyspaceMap.this.size();
      }

      @Override
      public boolean isEmpty() {
        return KeyspaceMap.this.isEmpty();
      }

      @Override
      public boolean contains(Object other) {
        if (!(other instanceof Map.Entry<?, ?> entry) || entry.getKey() == null) {
          return false;
        }
        V value = get(entry.getKey());
        return value != null && value.equals(entry.getValue());
      }
    };
  }

  @Override
  public Set<K> keySet() {
    return navigableKeySet();
  }

  @Override
  public NavigableSet<K> navigableKeySet() {
    return new KeyspaceKeySet<>(this);
  }

  @Override
  public NavigableSet<K> descendingKeySet() {
    return descendingMap().navigableKeySet();
  }

  // ---- navigation

  @Override
  public Comparator<? super K> comparator() {
    Comparator<K> ascending = keyspace.keyCodec().comparator();
    return descending ? Collections.reverseOrder(ascending) : ascending;
  }

  @Override
  public K firstKey() {
    return required(first(false));
  }

  @Override
  public K lastKey() {
    return required(first(true));
  }

  @Override
  public Map.@Nullable Entry<K, V> firstEntry() {
    return typed(first(false));
  }

  @Override
  public Map.@Nullable Entry<K, V> lastEntry() {
    return typed(first(true));
  }

  @Override
  public Map.@Nullable Entry<K, V> lowerEntry(K key) {
    return typed(near(key, true, false));
  }

  @Override
  public @Nullable K lowerKey(K key) {
    return key(near(key, true, false));
  }

  @Override
  public Map.@Nullable Entry<K, V> floorEntry(K key) {
    return typed(near(key, true, true));
  }

  @Override
  public @Nullable K floorKey(K key) {
    return key(near(key, true, true));
  }

  @Override
  public Map.@Nullable Entry<K, V> ceilingEntry(K key) {
    return typed(near(key, false, true));
  }

  @Override
  public @Nullable K ceilingKey(K key) {
    return key(near(key, false, true));
  }

  @Override
  public Map.@Nullable Entry<K, V> higherEntry(K key) {
    return typed(near(key, false, false));
  }

  @Override
  public @Nullable K higherKey(K key) {
    return key(near(key, false, false));
  }

  @Override
  public Map.@Nullable Entry<K, V> pollFirstEntry() {
    throw new UnsupportedOperationException("the map can't be changed");
  }

  @Override
  public Map.@Nullable Entry<K, V> pollLastEntry() {
    throw new UnsupportedOperationException("the map can't be changed");
  }

  // ---- parts

  @Override
  public NavigableMap<K, V> descendingMap() {
    return new KeyspaceMap<>(keyspace, view, low, high, !descending);
  }

  @Override
  public NavigableMap<K, V> subMap(K from, boolean fromInclusive, K to, boolean toInclusive) {
    return part(bound(from, fromInclusive), bound(to, toInclusive));
  }

  @Override
  public NavigableMap<K, V> headMap(K to, boolean inclusive) {
    return part(null, bound(to, inclusive));
  }

  @Override
  public NavigableMap<K, V> tailMap(K from, boolean inclusive) {
    return part(bound(from, inclusive), null);
  }

  @Override
  public NavigableMap<K, V> subMap(K from, K to) {
    return subMap(from, true, to, false);
  }

  @Override
  public NavigableMap<K, V> headMap(K to) {
    return headMap(to, false);
  }

  @Override
  public NavigableMap<K, V> tailMap(K from) {
    return tailMap(from, true);
  }

  private Bound bound(K key, boolean inclusive) {
    Bytes encoded = keyspace.key(key);
    if (!contains(encoded, inclusive)) {
      throw new IllegalArgumentException("the key " + key + " is outside this part of the map");
    }
    return new Bound(encoded, inclusive);
  }

  /** Null keeps the bound of this map. */
  private NavigableMap<K, V> part(@Nullable Bound from, @Nullable Bound to) {
    Bound lower = descending ? to : from;
    Bound upper = descending ? from : to;
    lower = lower == null ? low : lower;
    upper = upper == null ? high : upper;
    if (lower != null && upper != null && lower.key.compareTo(upper.key) > 0) {
      throw new IllegalArgumentException("the part of the map begins after its end");
    }
    return new KeyspaceMap<>(keyspace, view, lower, upper, descending);
  }
}
