/**
 * The SPI for the ordered, durable store that PetaCore runs on.
 *
 * <p>No argument, result, record component, list element or result of a future is null unless
 * marked {@code @Nullable}; only a {@code CompletableFuture<Void>} completes with null.
 */
@NullMarked
package io.petacore.store;

import org.jspecify.annotations.NullMarked;
