package io.petacore.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Temporary directories for peers that write files. */
public final class ScratchDirectory {

  private ScratchDirectory() {}

  /** Creates a directory. */
  public static Path create() throws IOException {
    return Files.createTempDirectory("petacore-peer");
  }

  /** Deletes a directory recursively. */
  public static void delete(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(directory)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
