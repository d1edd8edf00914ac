package io.petacore.store;

import java.util.List;

/**
 * Everything that one revision changed in a watched range.
 *
 * @param revision the revision
 * @param events the changes; of several to one key, in the order they were made
 */
public record RevisionEvents(long revision, List<Event> events) {}
