package io.petacore.spring;

import io.petacore.StorageStatus;
import io.petacore.StorageStatus.State;
import io.petacore.spring.PetaCoreProperties.Health.Readiness;
import java.util.HashSet;
import java.util.Set;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * Refuses traffic while a storage is disconnected, if that is configured. Boot accepts traffic when
 * the application is ready, whatever was published before, so it is said again then.
 */
final class ReadinessPublisher implements ApplicationListener<ApplicationReadyEvent> {
  private final Readiness readiness;
  private final ApplicationContext context;
  private final Set<String> disconnected = new HashSet<>();

  ReadinessPublisher(Readiness readiness, ApplicationContext context) {
    this.readiness = readiness;
    this.context = context;
  }

  /** Takes note of a storage's state. Called on the storages' executors. */
  synchronized void accept(String name, StorageStatus status) {
    if (readiness == Readiness.ACCEPT || status.state() == State.CLOSED) {
      return; // at its end, Boot refuses traffic by itself
    }
    boolean before = disconnected.isEmpty();
    if (status.state() == State.DISCONNECTED) {
      disconnected.add(name);
    } else {
      disconnected.remove(name);
    }
    if (before != disconnected.isEmpty()) {
      publish(disconnected.isEmpty());
    }
  }

  @Override
  public synchronized void onApplicationEvent(ApplicationReadyEvent ready) {
    if (!disconnected.isEmpty()) {
      publish(false);
    }
  }

  private void publish(boolean accepts) {
    AvailabilityChangeEvent.publish(
        context, accepts ? ReadinessState.ACCEPTING_TRAFFIC : ReadinessState.REFUSING_TRAFFIC);
  }
}
