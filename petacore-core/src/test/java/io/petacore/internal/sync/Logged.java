package io.petacore.internal.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** Captures the log output of an action. */
final class Logged {

  private Logged() {}

  /** Returns the lines that an action logs. */
  static String during(Runnable work) {
    PrintStream err = System.err;
    ByteArrayOutputStream logged = new ByteArrayOutputStream();
    System.setErr(new PrintStream(logged, true, UTF_8));
    try {
      work.run();
    } finally {
      System.setErr(err);
    }
    return logged.toString(UTF_8);
  }
}
