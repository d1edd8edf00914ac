package io.petacore.store;

import java.util.List;

/**
 * The result of a {@link Batch}.
 *
 * @param applied whether the guards of the whole batch held
 * @param revision the revision of the changes; if there were none, the newest revision when the
 *     guards were evaluated
 * @param groups for each {@link Operation.Group}, whether its operations ran; in the order in which
 *     the groups begin, an outer group before the groups inside it. Empty if not applied.
 * @param otherwise if not applied, the keys of {@code otherwiseRead} that are present, in that
 *     order; otherwise empty
 */
public record BatchResult(
    boolean applied, long revision, List<Boolean> groups, List<KeyValue> otherwise) {}
