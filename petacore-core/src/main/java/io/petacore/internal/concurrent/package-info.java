/**
 * Threads, locks and time of the engine: schedulers, the combining lock, timers, deadlines,
 * backoff. A simulation replaces the {@link io.petacore.internal.concurrent.Scheduler}.
 *
 * <p>Error Prone checks fields and methods with {@code @GuardedBy}. It follows {@code synchronized}
 * blocks, {@code lock()} with an {@code unlock()} in {@code finally}, and calls of annotated
 * methods within a class, but not a {@link io.petacore.internal.concurrent.CombiningLock} through
 * the steps that it runs: classes guarded by one call {@code assertHeld()} in the methods that
 * change them.
 */
@NullMarked
package io.petacore.internal.concurrent;

import org.jspecify.annotations.NullMarked;
