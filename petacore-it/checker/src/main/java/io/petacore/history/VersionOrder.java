package io.petacore.history;

import java.util.List;

/** The known order of the versions of one key. */
interface VersionOrder {

  /** Returns the known direct successors of a version. */
  List<Long> successors(long version);

  /** Returns those successors that suffice for the anti-dependencies of a read of the version. */
  default List<Long> overwriters(long version) {
    return successors(version);
  }

  /** An empty order, where reads contradict each other. */
  VersionOrder NONE = version -> List.of();
}
