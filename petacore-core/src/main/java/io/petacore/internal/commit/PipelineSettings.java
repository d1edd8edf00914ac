package io.petacore.internal.commit;

import io.petacore.internal.format.DeleteFences;
import java.time.Duration;

/**
 * The pipeline's settings.
 *
 * @param maxInFlight the most requests in flight
 * @param maxPending the most transactions in the pipeline
 * @param sessionTimeToLive for how long a session outlives its last renewal
 * @param idleWriteInterval how long nothing must have been applied before this node writes the
 *     commit record
 * @param deleteFences the delete fences of the namespace
 */
public record PipelineSettings(
    int maxInFlight,
    int maxPending,
    Duration sessionTimeToLive,
    Duration idleWriteInterval,
    DeleteFences deleteFences) {}
