package io.petacore.internal.decoded;

import io.petacore.data.Bytes;
import io.petacore.transaction.ReadView;
import org.jspecify.annotations.Nullable;

/** A view of a storage's memory, whose values can be kept decoded. */
public interface DecodingView extends ReadView {

  /**
   * Reads a key as {@link #read(Bytes)} does, and keeps no reference to the key: the caller uses
   * the object for other keys afterwards.
   */
  @Nullable Bytes readScratch(Bytes key);

  /** The decoded values of the storage. */
  DecodedValues decodedValues();
}
