/**
 * Subscriptions: what was published, and to which subscribers it is delivered.
 *
 * <p>The cache's writer hands each published revision to {@link
 * io.petacore.internal.feed.Subscriptions}, which finds the subscriptions concerned by their ranges
 * and adds to their queues. A dispatcher on the storage's timer thread then hands them over to the
 * application's executor.
 */
@NullMarked
package io.petacore.internal.feed;

import org.jspecify.annotations.NullMarked;
