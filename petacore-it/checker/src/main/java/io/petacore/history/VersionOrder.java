package io.petacore.history;

import java.util.List;

/** What is known of the order in which the versions of one key came. */
interface VersionOrder {

  /** The versions known to have come next after one, by whoever. */
  List<Long> successors(long version);

  /** Of these, those that suffice to tell whoever read the one what it has missed. */
  default List<Long> overwriters(long version) {
    return successors(version);
  }

  /** Nothing is known, since what was seen contradicts itself. */
  VersionOrder NONE = version -> List.of();
}
