package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;

/** The order in which a scan returns keys. */
public enum Order {
  /** By unsigned bytes, lowest first. */
  ASCENDING {
    @Override
    public int compare(Bytes one, Bytes other) {
      return one.compareTo(other);
    }
  },

  /** By unsigned bytes, highest first. */
  DESCENDING {
    @Override
    public int compare(Bytes one, Bytes other) {
      return other.compareTo(one);
    }
  };

  /** Returns a negative value if the first key precedes the second one, zero if they are equal. */
  public abstract int compare(Bytes one, Bytes other);
}
