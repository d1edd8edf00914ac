package io.petacore.spring;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Reports health to Boot 4. */
final class Boot4HealthIndicator implements HealthIndicator {
  private final StorageHealth health;

  Boot4HealthIndicator(StorageHealth health) {
    this.health = health;
  }

  @Override
  public Health health() {
    StorageHealth.Report report = health.report();
    return Health.status(report.status()).withDetails(report.details()).build();
  }
}
