package io.petacore.history;

import java.util.List;

/** The known order of the versions of one key. */
interface VersionOrder {

  /** Returns the known direct successors of a version. */
  List<Long> successors(long version);

  /**
   * Returns versions that a read has not seen, and from which its other anti-dependencies follow.
   *
   * @param versions the versions that the read may have seen, of which it has seen one
   */
  List<Long> overwriters(List<Long> versions);

  /** An empty order, where reads contradict each other. */
  VersionOrder NONE =
      new VersionOrder() {
        @Override
        public List<Long> successors(long version) {
          return List.of();
        }

        @Override
        public List<Long> overwriters(List<Long> versions) {
          return List.of();
        }
      };
}
