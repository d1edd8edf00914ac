package io.petacore.spring;

import io.micrometer.observation.ObservationRegistry;
import io.petacore.micrometer.ObservedTransactions;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Observes the transactions of all storages, if petacore-micrometer is on the class path and there
 * is one registry of observations, such as Boot's. First of all customizers, so that one of the
 * application may replace it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ObservedTransactions.class, ObservationRegistry.class})
class ObservationConfiguration {

  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  StorageCustomizer petaCoreObservations(
      PetaCoreProperties properties, ObjectProvider<ObservationRegistry> registries) {
    return (name, builder) -> {
      @Nullable ObservationRegistry registry = registries.getIfUnique();
      StorageProperties storage = properties.named().get(name);
      if (registry != null && storage != null) {
        builder.wrapTransactions(ObservedTransactions.with(storage.getNamespace(), registry));
      }
    };
  }
}
