package io.petacore.store;

import io.petacore.data.Bytes;
import java.util.List;

/**
 * One atomic request: if all guards hold, the operations run, each {@link Operation.Group} among
 * them by its own guards; else nothing is changed and some keys are read instead.
 *
 * @param guards on the whole
 * @param operations what to do if they hold
 * @param otherwiseRead which keys to read if they don't
 */
public record Batch(List<Guard> guards, List<Operation> operations, List<Bytes> otherwiseRead) {}
