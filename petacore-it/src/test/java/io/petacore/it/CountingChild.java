package io.petacore.it;

import io.petacore.it.etcd.ChildProcess;
import io.petacore.testing.Crew;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link CountingProcess}: a node that can be paused and killed as a process. The outcomes that
 * it prints are recorded in a ledger.
 */
public final class CountingChild implements AutoCloseable {

  private final Process process;
  private final ChildProcess child;
  private final Crew listener = new Crew();
  private volatile @Nullable String lastLine;

  private CountingChild(Process process) throws IOException {
    this.process = process;
    this.child = new ChildProcess(process);
  }

  /**
   * Starts a process.
   *
   * @param life unique prefix of the names of its transactions
   * @param rest pause between two transactions of a thread
   * @param ledger supplies the ledger for each outcome
   */
  public static CountingChild start(
      List<String> endpoints, String namespace, String life, Duration rest, Supplier<Ledger> ledger)
      throws IOException {
    CountingChild started =
        new CountingChild(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    CountingProcess.class.getName(),
                    String.join(",", endpoints),
                    namespace,
                    life,
                    Long.toString(rest.toMillis()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    started.listener.start(() -> started.listen(ledger));
    return started;
  }

  private void listen(Supplier<Ledger> ledger) throws IOException {
    BufferedReader output = process.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      String[] words = line.split(" ", -1);
      if (words.length == 2) {
        ledger.get().record(words[1], Ledger.Outcome.valueOf(words[0]));
      }
      lastLine = line;
    }
  }

  /** Suspends the process. */
  public void pause() {
    child.pause();
  }

  /** Resumes the process. */
  public void resume() {
    child.resume();
  }

  /** Whether an outcome could not be recorded. */
  public boolean hasFailed() {
    return listener.isStopped();
  }

  /**
   * Stops the process and waits for its end.
   *
   * @return its last line of output
   */
  public @Nullable String end() throws IOException, InterruptedException {
    process.getOutputStream().close();
    listener.join();
    int status = process.waitFor();
    if (status != 0) {
      throw new AssertionError("the process ended with status " + status);
    }
    child.kill();
    return lastLine;
  }

  /** Kills the process; outcomes printed before are recorded when this returns. */
  @Override
  public void close() {
    child.kill();
    listener.join();
  }
}
