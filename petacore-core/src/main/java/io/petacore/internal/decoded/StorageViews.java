package io.petacore.internal.decoded;

import io.petacore.transaction.ReadView;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the {@link DecodingView} behind a view of the application.
 *
 * <p>The public storage class must not name internal types in its API; it registers a function that
 * opens it, as classes of the JDK share secrets between packages.
 */
public final class StorageViews {

  private static volatile Function<ReadView, @Nullable DecodingView> opener = view -> null;

  private StorageViews() {}

  /** Registers how to find the view inside a storage; null for what is not a storage. */
  public static void register(Function<ReadView, @Nullable DecodingView> storageOpener) {
    opener = storageOpener;
  }

  /** Returns the view that keeps decoded values; null if the view is not one of a storage. */
  public static @Nullable DecodingView decoding(ReadView view) {
    // The storage first: that a class is final is cheaper to see than that it lacks an interface.
    DecodingView newest = opener.apply(view);
    return newest == null && view instanceof DecodingView decoding ? decoding : newest;
  }
}
