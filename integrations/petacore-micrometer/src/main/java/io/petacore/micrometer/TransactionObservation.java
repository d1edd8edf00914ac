package io.petacore.micrometer;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.petacore.error.PetaCoreException;
import io.petacore.transaction.CommitResult;
import org.jspecify.annotations.Nullable;

/**
 * The observation of one transaction. Its names are those of the metrics, and of OpenTelemetry's
 * conventions for databases. Used by one thread at a time.
 */
final class TransactionObservation {

  private final Observation observation;
  private int attempts;

  private TransactionObservation(Observation observation) {
    this.observation = observation;
  }

  static TransactionObservation start(ObservationRegistry registry, String namespace) {
    return new TransactionObservation(
        Observation.createNotStarted("petacore.transaction", registry)
            .contextualName("transaction " + Namespaces.named(namespace))
            .lowCardinalityKeyValues(
                KeyValues.of(
                    "db.system.name", "petacore", "db.namespace", Namespaces.named(namespace)))
            .start());
  }

  Observation.Scope openScope() {
    return observation.openScope();
  }

  /** The body is about to be run. */
  void attempt() {
    attempts++;
    observation.event(Observation.Event.of("attempt", "attempt " + attempts));
  }

  /**
   * The transaction was committed, or has only read.
   *
   * @param result null if it is not known
   */
  void committed(@Nullable CommitResult result) {
    observation.lowCardinalityKeyValue("outcome", "committed");
    if (result != null) {
      observation.highCardinalityKeyValue("petacore.revision", Long.toString(result.revision()));
    }
  }

  /** The transaction has failed. */
  void failed(Throwable thrown) {
    observation.lowCardinalityKeyValue("outcome", outcomeOf(thrown));
    observation.error(thrown);
  }

  private static String outcomeOf(Throwable thrown) {
    if (!(thrown instanceof PetaCoreException failure)) {
      return "failed";
    }
    return failure.mayHaveBeenApplied() ? "unknown" : "not_committed";
  }

  void stop() {
    observation.highCardinalityKeyValue("petacore.attempts", Integer.toString(attempts));
    observation.stop();
  }
}
