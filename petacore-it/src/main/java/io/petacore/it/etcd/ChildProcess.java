package io.petacore.it.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A child process that does not outlive this JVM. An orderly shutdown kills it from a shutdown
 * hook; after a crash its watchdog, a shell that reads from a pipe of this JVM, reads the end of
 * the pipe and kills it.
 */
public final class ChildProcess implements RunningServer {

  private static final String WATCHDOG = "read word; [ \"$word\" = ended ] || kill -9 \"$0\"";

  private static final Set<ChildProcess> ALIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> ALIVE.forEach(ChildProcess::kill), "end-etcd-children"));
  }

  private final Process process;
  private final Process watchdog;

  /** Takes over a process that was just started. */
  public ChildProcess(Process process) throws IOException {
    this.process = process;
    ALIVE.add(this);
    watchdog =
        new ProcessBuilder("sh", "-c", WATCHDOG, Long.toString(process.pid()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  @Override
  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void kill() {
    // By its handle: Process.destroyForcibly would close its output streams and lose buffered
    // output.
    process.toHandle().destroyForcibly();
    boolean interrupted = awaitEnd();
    if (ALIVE.remove(this)) {
      dismissWatchdog();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitEnd() {
    boolean interrupted = false;
    while (true) {
      try {
        process.waitFor();
        return interrupted;
      } catch (InterruptedException e) {
        // Keep waiting: a killed process ends soon, and its port is free only then.
        interrupted = true;
      }
    }
  }

  private void dismissWatchdog() {
    try (var pipe = watchdog.outputWriter()) {
      pipe.write("ended\n");
    } catch (IOException e) {
      watchdog.destroyForcibly();
    }
  }

  @Override
  public void pause() {
    signal("-STOP");
  }

  @Override
  public void resume() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      int status =
          new ProcessBuilder("kill", signal, Long.toString(process.pid()))
              .inheritIO()
              .start()
              .waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill " + signal + " failed; the process may have ended");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
