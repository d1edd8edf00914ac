package io.petacore.bench.cli.status;

import io.petacore.StorageCounters.Counter;
import io.petacore.StorageStatus;
import io.petacore.bench.support.console.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A status as JSON: members are named as the accessors of {@link StorageStatus} and its counters,
 * times are ISO 8601, durations seconds.
 */
public final class StatusJson {
  private StatusJson() {}

  /**
   * Returns the members of the object.
   *
   * @param status the status of a storage
   * @param now the time by this machine's clock
   */
  public static Map<String, @Nullable Object> of(StorageStatus status, Instant now) {
    StorageStatus.Failure failure = status.lastFailure();
    Map<String, @Nullable Object> counters = new LinkedHashMap<>();
    for (Map.Entry<Counter, Long> counter : status.counters().asMap().entrySet()) {
      counters.put(counter.getKey().label(), counter.getValue());
    }
    return Json.object(
        "state", status.state(),
        "appliedRevision", status.appliedRevision(),
        "appliedTimestamp", status.appliedTimestamp(),
        "age", seconds(status.age()),
        "staleness", seconds(status.staleness()),
        "keys", status.keys(),
        "loading", status.loading(),
        "versions", status.versions(),
        "bytes", status.bytes(),
        "lastContact", status.lastContact(),
        "lastFailure",
            failure == null ? null : Json.object("reason", failure.reason(), "at", failure.at()),
        "subscriptions",
            Json.object(
                "open", status.subscriptions().open(),
                "maxPendingChanges", status.subscriptions().maxPendingChanges()),
        "counters", counters,
        "warnings", StatusWarnings.of(status, now));
  }

  private static @Nullable Double seconds(@Nullable Duration duration) {
    return duration == null ? null : duration.toNanos() / 1e9;
  }
}
