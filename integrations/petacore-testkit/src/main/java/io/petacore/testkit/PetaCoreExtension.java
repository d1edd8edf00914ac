package io.petacore.testkit;

import io.petacore.DistributedStorage;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Opens a cluster before each test, passes its parts as parameters, and closes it after. */
final class PetaCoreExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(PetaCoreExtension.class);

  @Override
  public void beforeEach(ExtensionContext context) throws ReflectiveOperationException {
    PetaCoreTest test = annotation(context);
    Constructor<? extends NodeSettings> settings = test.settings().getDeclaredConstructor();
    settings.setAccessible(true);
    TestCluster cluster =
        TestCluster.builder()
            .nodes(test.nodes())
            .store(test.store())
            .settings(settings.newInstance())
            .open();
    context.getStore(NAMESPACE).put(TestCluster.class, cluster);
  }

  /** The annotation of the method, or else of its class, or else of an enclosing class. */
  private static PetaCoreTest annotation(ExtensionContext context) {
    Optional<PetaCoreTest> found = find(context.getRequiredTestMethod());
    Class<?> type = context.getRequiredTestClass();
    while (found.isEmpty() && type != null) {
      found = find(type);
      type = type.getEnclosingClass();
    }
    return found.orElseThrow(
        () -> new IllegalStateException("no @PetaCoreTest found on " + context.getDisplayName()));
  }

  private static Optional<PetaCoreTest> find(AnnotatedElement element) {
    return AnnotationSupport.findAnnotation(element, PetaCoreTest.class);
  }

  /** Not left to the store, which does not close what is in it before JUnit 5.13. */
  @Override
  public void afterEach(ExtensionContext context) {
    TestCluster cluster = context.getStore(NAMESPACE).remove(TestCluster.class, TestCluster.class);
    if (cluster != null) {
      cluster.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == DistributedStorage.class || type == TestCluster.class || type == TestClock.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestCluster cluster =
        parameter.getDeclaringExecutable() instanceof Method
            ? context.getStore(NAMESPACE).get(TestCluster.class, TestCluster.class)
            : null;
    if (cluster == null) {
      throw new ParameterResolutionException(
          "each test has a cluster of its own: only methods of tests, of @BeforeEach and of"
              + " @AfterEach can have its parts as parameters, not "
              + parameter.getDeclaringExecutable());
    }
    Class<?> type = parameter.getParameter().getType();
    if (type == TestCluster.class) {
      return cluster;
    }
    return type == TestClock.class ? cluster.clock() : node(parameter, cluster);
  }

  /** The first parameter that is a storage gets the first node, and so on. */
  private static DistributedStorage node(ParameterContext parameter, TestCluster cluster) {
    int node = 0;
    for (Parameter other : parameter.getDeclaringExecutable().getParameters()) {
      if (other.equals(parameter.getParameter())) {
        break;
      }
      if (other.getType() == DistributedStorage.class) {
        node++;
      }
    }
    if (node >= cluster.nodes().size()) {
      throw new ParameterResolutionException(
          parameter.getDeclaringExecutable()
              + " needs "
              + (node + 1)
              + " nodes, but the cluster has "
              + cluster.nodes().size()
              + ": @PetaCoreTest(nodes = "
              + (node + 1)
              + ")");
    }
    return cluster.node(node);
  }
}
