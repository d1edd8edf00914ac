package io.petacore.it.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Recursive operations on directories. */
final class FileTree {

  private FileTree() {}

  static void copy(Path from, Path to) {
    try {
      for (Path path : list(from)) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void delete(Path top) {
    try {
      List<Path> paths = list(top);
      for (Path path : paths.stream().sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      // Already deleted.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> list(Path top) throws IOException {
    try (Stream<Path> walk = Files.walk(top)) {
      return walk.toList();
    }
  }
}
