package io.petacore.store;

import java.util.List;

/**
 * All changes that a revision made in a watched range.
 *
 * @param revision the revision
 * @param events the changes; several changes of one key are in order
 */
public record RevisionEvents(long revision, List<Event> events) {}
