/**
 * Subscriptions: what was published, and to which subscribers it is delivered.
 *
 * <p>The cache's writer hands each published revision to {@link
 * io.petacore.internal.feed.Subscriptions}. A dispatcher on a thread of its own finds the
 * subscriptions concerned by their ranges, adds to their queues, and hands them over to the
 * application's executor.
 */
@NullMarked
package io.petacore.internal.feed;

import org.jspecify.annotations.NullMarked;
