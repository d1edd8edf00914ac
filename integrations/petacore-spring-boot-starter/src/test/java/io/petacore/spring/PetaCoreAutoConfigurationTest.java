package io.petacore.spring;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.data.KeyRange;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.store.KvStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/** Applications without a web server, on the embedded store. */
class PetaCoreAutoConfigurationTest {

  @EnableAutoConfiguration
  static class Application {
    @Bean
    StorageCustomizer indexes() {
      return (name, builder) ->
          builder.index("byValue", KeyRange.prefix("user/"), entry -> List.of(entry.value()));
    }

    /** Whether its storage can still be used when this bean is destroyed. */
    @Bean
    LastWord lastWord(DistributedStorage storage) {
      return new LastWord(storage);
    }
  }

  static final class LastWord implements AutoCloseable {
    static final BlockingQueue<Boolean> SAID = new LinkedBlockingQueue<>();
    private final DistributedStorage storage;

    LastWord(DistributedStorage storage) {
      this.storage = storage;
    }

    @Override
    public void close() {
      storage.runTransaction(tx -> tx.write("last", "word"));
      SAID.add(storage.isSynced());
    }
  }

  private static ConfigurableApplicationContext run(String... properties) {
    SpringApplication application = new SpringApplication(Application.class);
    application.setRegisterShutdownHook(false);
    String[] arguments = new String[properties.length + 2];
    arguments[0] = "--petacore.store=embedded";
    arguments[1] = "--spring.main.banner-mode=off";
    for (int i = 0; i < properties.length; i++) {
      arguments[i + 2] = "--" + properties[i];
    }
    return application.run(arguments);
  }

  private static Health health(ApplicationContext context) {
    return requireNonNull(
        context.getBean("petacoreHealthIndicator", HealthIndicator.class).health());
  }

  @Test
  void opensOneStorageByItsProperties() throws InterruptedException {
    DistributedStorage storage;
    try (var context = run("petacore.storage.namespace=shop/")) {
      storage = context.getBean(DistributedStorage.class);
      storage.runTransaction(tx -> tx.write("user/7", "ann"));
      assertEquals("ann", storage.read("user/7"));
      assertTrue(storage.index("byValue").lookup("ann").iterator().hasNext());
      Health health = health(context);
      assertEquals("UP", health.getStatus().getCode());
      assertTrue(health.getDetails().containsKey("petaCoreStorage"));
    }
    assertEquals(StorageStatus.State.CLOSED, storage.status().state());
    assertEquals(true, LastWord.SAID.poll(10, TimeUnit.SECONDS));
  }

  /** Written at compile time from the properties' comments, for completion in editors. */
  @Test
  void propertiesHaveMetadata() throws IOException {
    StringBuilder all = new StringBuilder();
    for (URL metadata :
        Collections.list(
            getClass()
                .getClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"))) {
      try (InputStream in = metadata.openStream()) {
        all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    for (String name :
        List.of(
            "petacore.etcd.endpoints",
            "petacore.storage.namespace",
            "petacore.storage.commit-timeout",
            "petacore.storages",
            "petacore.health.disconnected",
            "management.health.petacore.enabled")) {
      assertTrue(all.indexOf('"' + name + '"') >= 0, name);
    }
    assertTrue(all.indexOf("Prefix of all keys, ending in a delimiter.") >= 0);
  }

  @Test
  void observesTransactions() {
    SpringApplication application = new SpringApplication(Traced.class);
    try (var context =
        application.run("--petacore.store=embedded", "--petacore.storage.namespace=shop/")) {
      DistributedStorage storage = context.getBean(DistributedStorage.class);
      storage.runTransaction(tx -> tx.write("user/7", "ann"));
      assertEquals(
          List.of("petacore.transaction: transaction shop/"),
          context.getBean(Traced.class).stopped);
    }
  }

  @EnableAutoConfiguration
  static class Traced {
    final List<String> stopped = new CopyOnWriteArrayList<>();

    @Bean
    ObservationRegistry registry() {
      ObservationRegistry registry = ObservationRegistry.create();
      registry
          .observationConfig()
          .observationHandler(
              new ObservationHandler<Observation.Context>() {
                @Override
                public void onStop(Observation.Context context) {
                  stopped.add(context.getName() + ": " + context.getContextualName());
                }

                @Override
                public boolean supportsContext(Observation.Context context) {
                  return true;
                }
              });
      return registry;
    }
  }

  @Test
  void opensNamedStorages() {
    try (var context =
        run(
            "petacore.storages.orders.namespace=orders/",
            "petacore.storages.archive.namespace=archive/",
            "petacore.storages.archive.read-only=true",
            "petacore.primary=orders")) {
      Map<String, DistributedStorage> all = context.getBeansOfType(DistributedStorage.class);
      assertEquals(2, all.size());
      assertNotSame(all.get("orders"), all.get("archive"));
      assertSame(all.get("orders"), context.getBean(DistributedStorage.class));
      DistributedStorage archive = context.getBean("archive", DistributedStorage.class);
      assertThrows(
          ReadOnlyStorageException.class, () -> archive.runTransaction(tx -> tx.write("a", "1")));
      assertEquals(2, health(context).getDetails().size());
    }
  }

  @Test
  void refusesAPrimaryThatIsNotDefined() {
    Throwable failure = assertThrows(RuntimeException.class, () -> run("petacore.primary=orders"));
    while (failure.getCause() != null) {
      failure = failure.getCause();
    }
    assertTrue(failure.toString().contains("petacore.primary names 'orders'"));
  }

  @Test
  void opensNothingIfDisabled() {
    SpringApplication application = new SpringApplication(Disabled.class);
    try (var context = application.run("--petacore.enabled=false")) {
      assertThrows(
          NoSuchBeanDefinitionException.class, () -> context.getBean(DistributedStorage.class));
    }
  }

  @EnableAutoConfiguration
  static class Disabled {}

  /** The store is closed under the storage, which is then disconnected for good. */
  @Test
  void tellsOfALostStoreAsConfigured() throws InterruptedException {
    for (String status : List.of("DOWN", "OUT_OF_SERVICE", "UNKNOWN", "UP")) {
      SpringApplication application = new SpringApplication(Observed.class);
      try (var context =
          application.run(
              "--petacore.store=embedded",
              "--petacore.health.readiness=refuse",
              "--petacore.health.disconnected=" + status)) {
        Observed observed = context.getBean(Observed.class);
        assertEquals(
            ReadinessState.ACCEPTING_TRAFFIC, observed.readiness.poll(30, TimeUnit.SECONDS));
        context.getBean(KvStore.class).close();
        StorageStatusEvent event = observed.statuses.poll(30, TimeUnit.SECONDS);
        while (event != null && event.status().state() != StorageStatus.State.DISCONNECTED) {
          event = observed.statuses.poll(30, TimeUnit.SECONDS);
        }
        assertEquals("petaCoreStorage", event == null ? null : event.name());
        assertEquals(status, health(context).getStatus().getCode());
        assertEquals(
            ReadinessState.REFUSING_TRAFFIC, observed.readiness.poll(30, TimeUnit.SECONDS));
      }
    }
  }

  @EnableAutoConfiguration
  static class Observed {
    final BlockingQueue<StorageStatusEvent> statuses = new LinkedBlockingQueue<>();
    final BlockingQueue<ReadinessState> readiness = new LinkedBlockingQueue<>();

    @EventListener
    void on(StorageStatusEvent event) {
      statuses.add(event);
    }

    @EventListener
    void on(AvailabilityChangeEvent<ReadinessState> event) {
      readiness.add(event.getState());
    }
  }
}
