package io.petacore.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class, or one test, a {@link TestCluster} of its own, which is closed after
 * it. The parameters of test, {@code @BeforeEach} and {@code @AfterEach} methods may be:
 *
 * <ul>
 *   <li>{@link io.petacore.DistributedStorage}: the nodes, in the order of the parameters
 *   <li>{@link TestCluster}: all nodes, and their faults
 *   <li>{@link TestClock}: the wall clock of all nodes
 * </ul>
 *
 * <p>An annotation of a method takes precedence over that of its class.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PetaCoreExtension.class)
public @interface PetaCoreTest {

  /**
   * The number of nodes: storages of one namespace, as if each were in a process of its own.
   *
   * @return at least 1
   */
  int nodes() default 1;

  /**
   * The store that the nodes commit to.
   *
   * @return the kind of store
   */
  TestStore store() default TestStore.EMBEDDED;

  /**
   * The settings of the nodes.
   *
   * @return a class with a constructor without parameters
   */
  Class<? extends NodeSettings> settings() default NodeSettings.Defaults.class;
}
