package io.petacore.etcd;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the lock that must be held to use a field or to call a method. Error Prone checks it by its
 * simple name; it is not kept in class files.
 */
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.FIELD, ElementType.METHOD})
@interface GuardedBy {
  /** The lock, as an expression in the scope of the annotated member. */
  String value();
}
