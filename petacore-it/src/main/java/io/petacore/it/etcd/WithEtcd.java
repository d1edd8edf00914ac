package io.petacore.it.etcd;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Provides an etcd cluster to the tests of a class, as a parameter of type {@link EtcdCluster}. It
 * is started before the first test, healed after each test, and closed after the last. {@link
 * EtcdSource} describes where it comes from.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EtcdExtension.class)
public @interface WithEtcd {

  /** Number of members, 1 or 3. */
  int members() default 1;

  /**
   * Whether the tests need their own cluster, not one from the environment: to kill and pause
   * members, compact, or add users.
   */
  boolean own() default false;

  /**
   * Command-line flags of every member, for example {@code --max-txn-ops=64}. Implies {@link #own}.
   */
  String[] flags() default {};

  /** Whether clients must use TLS. Implies {@link #own}. */
  boolean tls() default false;

  /**
   * Whether tests inject faults into the network between the members, by {@link
   * EtcdCluster#peerLinks}. Implies {@link #own} and requires an etcd program.
   */
  boolean peerLinks() default false;
}
