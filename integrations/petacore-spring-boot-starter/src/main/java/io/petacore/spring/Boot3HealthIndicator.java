package io.petacore.spring;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/** Reports health to Boot 3.5. */
final class Boot3HealthIndicator implements HealthIndicator {
  private final StorageHealth health;

  Boot3HealthIndicator(StorageHealth health) {
    this.health = health;
  }

  @Override
  public Health health() {
    StorageHealth.Report report = health.report();
    return Health.status(report.status()).withDetails(report.details()).build();
  }
}
