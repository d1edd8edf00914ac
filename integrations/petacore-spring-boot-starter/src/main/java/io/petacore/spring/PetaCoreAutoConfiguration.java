package io.petacore.spring;

import io.petacore.StorageStatus;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/**
 * Opens the storages that the properties {@code petacore.*} describe: a bean each, on one {@link
 * KvStore}, which is a bean, too, unless the application has its own.
 */
@AutoConfiguration
@ConditionalOnProperty(prefix = "petacore", name = "enabled", matchIfMissing = true)
@EnableConfigurationProperties(PetaCoreProperties.class)
@Import({StorageRegistrar.class, MetricsConfiguration.class, ObservationConfiguration.class})
public class PetaCoreAutoConfiguration {
  static final String STORAGES = "petaCoreStorages";

  /** Creates the configuration; for Spring. */
  public PetaCoreAutoConfiguration() {}

  /**
   * Connects to etcd, or creates a store in memory.
   *
   * @param properties the properties
   * @param details where etcd is, if a container provides it
   * @param customizers the application's customizers
   * @return the store
   */
  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  KvStore petaCoreStore(
      PetaCoreProperties properties,
      ObjectProvider<EtcdConnectionDetails> details,
      ObjectProvider<EtcdCustomizer> customizers) {
    if (properties.getStore() == PetaCoreProperties.StoreType.EMBEDDED) {
      return EmbeddedKvStore.inMemory();
    }
    EtcdKvStore.Builder builder = EtcdKvStore.builder();
    EtcdConnectionDetails known = details.getIfAvailable();
    EtcdSettings.apply(properties.getEtcd(), builder);
    if (known != null) {
      builder.endpoints(known.endpoints().toArray(String[]::new));
    }
    customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
    return builder.connect();
  }

  @Bean(name = STORAGES, destroyMethod = "close")
  PetaCoreStorages petaCoreStorages(
      KvStore store,
      PetaCoreProperties properties,
      ObjectProvider<StorageCustomizer> customizers,
      ReadinessPublisher readiness,
      ApplicationContext context,
      Environment environment) {
    List<StorageCustomizer> ordered = customizers.orderedStream().toList();
    BiConsumer<String, StorageStatus> listener =
        (name, status) -> {
          readiness.accept(name, status);
          context.publishEvent(new StorageStatusEvent(name, status));
        };
    return new PetaCoreStorages(
        store, properties.named(), ordered, listener, shutdownBound(environment));
  }

  /** What Spring gives a phase of its shutdown. */
  private static Duration shutdownBound(Environment environment) {
    return Binder.get(environment)
        .bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
        .orElse(Duration.ofSeconds(30));
  }

  @Bean
  ReadinessPublisher petaCoreReadiness(PetaCoreProperties properties, ApplicationContext context) {
    return new ReadinessPublisher(properties.getHealth().getReadiness(), context);
  }

  /** Health in Boot 4. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
  @ConditionalOnProperty(
      prefix = "management.health.petacore",
      name = "enabled",
      matchIfMissing = true)
  static class Boot4Health {
    @Bean
    @ConditionalOnMissingBean
    Boot4HealthIndicator petacoreHealthIndicator(
        PetaCoreStorages storages, PetaCoreProperties properties) {
      return new Boot4HealthIndicator(new StorageHealth(storages, properties.getHealth()));
    }
  }

  /** Health in Boot 3.5. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
  @ConditionalOnMissingClass("org.springframework.boot.health.contributor.HealthIndicator")
  @ConditionalOnProperty(
      prefix = "management.health.petacore",
      name = "enabled",
      matchIfMissing = true)
  static class Boot3Health {
    @Bean
    @ConditionalOnMissingBean
    Boot3HealthIndicator petacoreHealthIndicator(
        PetaCoreStorages storages, PetaCoreProperties properties) {
      return new Boot3HealthIndicator(new StorageHealth(storages, properties.getHealth()));
    }
  }
}
