/**
 * Threads, locks and time of the engine: schedulers, the combining lock, timers, deadlines,
 * backoff. A simulation replaces the {@link io.petacore.internal.concurrent.Scheduler}.
 */
@NullMarked
package io.petacore.internal.concurrent;

import org.jspecify.annotations.NullMarked;
