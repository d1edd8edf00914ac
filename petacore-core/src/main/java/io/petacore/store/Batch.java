package io.petacore.store;

import io.petacore.data.Bytes;
import java.util.List;

/**
 * An atomic request. If all guards hold, the operations run, each {@link Operation.Group} subject
 * to its own guards; otherwise nothing is changed and some keys are read instead.
 *
 * @param guards the conditions of the whole batch
 * @param operations the operations to run if all guards hold
 * @param otherwiseRead the keys to read if a guard does not hold
 */
public record Batch(List<Guard> guards, List<Operation> operations, List<Bytes> otherwiseRead) {}
