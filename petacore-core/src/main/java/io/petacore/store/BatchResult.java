package io.petacore.store;

import java.util.List;

/**
 * What became of a {@link Batch}.
 *
 * @param applied whether the guards on the whole held
 * @param revision the revision that holds the changes; if there were none, the newest when it was
 *     judged
 * @param groups one flag for each {@link Operation.Group}, whether its operations ran; in the order
 *     in which the groups begin, an outer one before those inside it. Empty if not applied.
 * @param otherwise if not applied, the keys of {@code otherwiseRead} that are present, in that
 *     order
 */
public record BatchResult(
    boolean applied, long revision, List<Boolean> groups, List<KeyValue> otherwise) {}
