package io.petacore.spring;

import io.petacore.StorageStatus;
import io.petacore.StorageStatus.State;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The health of all storages, in terms that both versions of Boot understand. */
final class StorageHealth {
  private final PetaCoreStorages storages;
  private final PetaCoreProperties.Health settings;

  StorageHealth(PetaCoreStorages storages, PetaCoreProperties.Health settings) {
    this.storages = storages;
    this.settings = settings;
  }

  /**
   * What to report.
   *
   * @param status the code of a status, such as {@code DOWN}
   * @param details of each storage
   */
  record Report(String status, Map<String, Object> details) {}

  Report report() {
    Map<String, Object> details = new LinkedHashMap<>();
    boolean closed = false;
    boolean disconnected = false;
    for (var each : storages.all().entrySet()) {
      StorageStatus status = each.getValue().status();
      details.put(each.getKey(), details(status));
      closed |= status.state() == State.CLOSED;
      disconnected |= status.state() == State.DISCONNECTED && isPastGrace(status);
    }
    String code = closed ? "DOWN" : disconnected ? settings.getDisconnected().name() : "UP";
    return new Report(code, details);
  }

  /** The staleness grows while a storage is disconnected. */
  private boolean isPastGrace(StorageStatus status) {
    Duration staleness = status.staleness();
    return staleness == null || staleness.compareTo(settings.getGrace()) >= 0;
  }

  private static Map<String, Object> details(StorageStatus status) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("state", status.state());
    details.put("appliedRevision", status.appliedRevision());
    details.put("keys", status.keys());
    if (status.staleness() != null) {
      details.put("staleness", status.staleness().toString());
    }
    if (status.lastContact() != null) {
      details.put("lastContact", status.lastContact().toString());
    }
    StorageStatus.Failure failure = status.lastFailure();
    if (failure != null && status.state() != State.SYNCED) {
      details.put("lastFailure", failure.reason() + ", at " + failure.at());
    }
    return details;
  }
}
