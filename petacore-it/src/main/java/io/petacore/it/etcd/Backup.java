package io.petacore.it.etcd;

import java.nio.file.Path;
import java.util.Map;

/** A backup of the data directories of a cluster. */
public final class Backup {

  private final Map<String, Path> directories;

  Backup(Map<String, Path> directories) {
    this.directories = Map.copyOf(directories);
  }

  Path of(Member member) {
    Path directory = directories.get(member.name());
    if (directory == null) {
      throw new IllegalArgumentException("not a backup of the cluster of " + member.name());
    }
    return directory;
  }
}
