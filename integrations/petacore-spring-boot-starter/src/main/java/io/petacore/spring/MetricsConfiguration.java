package io.petacore.spring;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.petacore.micrometer.PetaCoreMetrics;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Binds the metrics of all storages, if petacore-micrometer is on the class path. Boot calls the
 * binder for each of its meter registries when all beans exist.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({PetaCoreMetrics.class, MeterBinder.class})
class MetricsConfiguration {

  @Bean
  MeterBinder petaCoreMetrics(PetaCoreStorages storages) {
    return registry ->
        storages
            .all()
            .forEach(
                (name, storage) ->
                    new PetaCoreMetrics(storage, List.of(Tag.of("petacore.storage", name)))
                        .bindTo(registry));
  }
}
