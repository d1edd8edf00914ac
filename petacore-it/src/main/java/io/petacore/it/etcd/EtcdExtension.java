package io.petacore.it.etcd;

import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Provides the cluster of {@link WithEtcd} to tests, heals it after each test and closes it. */
final class EtcdExtension implements BeforeAllCallback, AfterEachCallback, ParameterResolver {

  private static final Logger LOG = LoggerFactory.getLogger(EtcdExtension.class);
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(EtcdExtension.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    cluster(context);
  }

  /** The cluster of the class, which the context closes. */
  private static EtcdCluster cluster(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(EtcdCluster.class, key -> provide(context), EtcdCluster.class);
  }

  private static EtcdCluster provide(ExtensionContext context) {
    Class<?> test = context.getRequiredTestClass();
    WithEtcd annotation = test.getAnnotation(WithEtcd.class);
    if (annotation == null) {
      throw new IllegalStateException(test + " lacks @WithEtcd");
    }
    ClusterSpec spec =
        new ClusterSpec(
            annotation.members(),
            annotation.own(),
            List.of(annotation.flags()),
            annotation.tls(),
            annotation.peerLinks());
    return EtcdSource.ofEnvironment().provide(spec, test.getSimpleName());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    EtcdCluster cluster = cluster(context);
    if (context.getExecutionException().isPresent()) {
      LOG.error("{} failed; end of the etcd logs:\n{}", context.getDisplayName(), cluster.log());
    }
    cluster.heal();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == EtcdCluster.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return cluster(context);
  }
}
