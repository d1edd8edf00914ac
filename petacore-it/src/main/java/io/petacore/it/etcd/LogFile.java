package io.petacore.it.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The log of a server. */
final class LogFile {

  private LogFile() {}

  static void append(Path log, byte[] bytes) throws IOException {
    Files.write(log, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Returns the last lines; empty if there is no log. */
  static String tail(Path log, int lines) {
    if (!Files.exists(log)) {
      return "";
    }
    try {
      List<String> all = new String(Files.readAllBytes(log), UTF_8).lines().toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
