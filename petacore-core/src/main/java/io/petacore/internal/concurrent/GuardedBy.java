package io.petacore.internal.concurrent;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the lock that a thread must hold to use a field, or to call a method. Checked by Error
 * Prone's {@code GuardedBy}, which knows the annotation by its simple name; it is not kept in class
 * files, so the library needs no further dependency.
 *
 * <p>The checker follows {@code synchronized} blocks, {@code lock()} with an {@code unlock()} in
 * {@code finally}, and calls of annotated methods within a class. It can't follow a {@link
 * CombiningLock} through the steps that it runs: classes guarded by one call {@link
 * CombiningLock#assertHeld} in the methods that change them.
 */
@Documented
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.FIELD, ElementType.METHOD})
public @interface GuardedBy {
  /** The lock, as an expression in the scope of the annotated member. */
  String value();
}
