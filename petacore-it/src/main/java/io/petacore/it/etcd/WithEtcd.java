package io.petacore.it.etcd;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class an etcd, which they get as a parameter of type {@link EtcdCluster}. It
 * is started before the first of them and ended after the last; what a test did to its members is
 * undone before the next. See {@link EtcdSource} for where it comes from.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EtcdExtension.class)
public @interface WithEtcd {

  /** How many members, 1 or 3. */
  int members() default 1;

  /**
   * Whether the tests hurt it: end or stop members, compact, set up users. Then it is one that was
   * started for them, never one that was named in the environment.
   */
  boolean own() default false;

  /** Flags for every member's command line, {@code --max-txn-ops=64}. Makes it an own one. */
  String[] flags() default {};

  /** Whether clients must use TLS. Makes it an own one. */
  boolean tls() default false;

  /**
   * Whether the network between the members is the test's to hurt, {@link EtcdCluster#peerLinks}.
   * Makes it an own one, and a program: not one in a container.
   */
  boolean peerLinks() default false;
}
