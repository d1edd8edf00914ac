package io.petacore.transaction;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** The first elements of another iterable, which is asked for no more than these. */
record Limited<T>(Iterable<T> all, int limit) implements Iterable<T> {

  Limited {
    if (limit < 0) {
      throw new IllegalArgumentException("the limit must not be negative: " + limit);
    }
  }

  @Override
  public Iterator<T> iterator() {
    Iterator<T> iterator = all.iterator();
    return new Iterator<>() {
      private int left = limit;

      @Override
      public boolean hasNext() {
        return left > 0 && iterator.hasNext();
      }

      @Override
      public T next() {
        if (left == 0) {
          throw new NoSuchElementException();
        }
        T element = iterator.next();
        left--;
        return element;
      }
    };
  }
}
