package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;

/** In which order a scan yields its keys. */
public enum Order {
  /** By unsigned bytes, the least first. */
  ASCENDING {
    @Override
    public int compare(Bytes one, Bytes other) {
      return one.compareTo(other);
    }
  },

  /** The greatest first. */
  DESCENDING {
    @Override
    public int compare(Bytes one, Bytes other) {
      return other.compareTo(one);
    }
  };

  /** Below zero if one key comes before the other. */
  public abstract int compare(Bytes one, Bytes other);
}
