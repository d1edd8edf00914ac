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
 * A {@link CountingProcess} beside the test: a node that can be stopped and killed as a whole. What
 * it says of its transactions goes into a ledger.
 */
public final class CountingChild implements AutoCloseable {

  private final Process process;
  private final ChildProcess child;
  private final Crew listener = new Crew();
  private volatile @Nullable String lastWords;

  private CountingChild(Process process) throws IOException {
    this.process = process;
    this.child = new ChildProcess(process);
  }

  /**
   * Starts one.
   *
   * @param life what the names of its transactions begin with, unlike those of any other
   * @param rest between two transactions of a thread
   * @param ledger where what it says goes, asked for at each line
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
        ledger.get().enter(words[1], Ledger.Told.valueOf(words[0]));
      }
      lastWords = line;
    }
  }

  /** Stops it in the middle of whatever it does. */
  public void pause() {
    child.pause();
  }

  /** Lets it go on. */
  public void resume() {
    child.resume();
  }

  /** Whether what it says could not be entered. */
  public boolean hasFailed() {
    return listener.isStopped();
  }

  /** Has it come to its end, and waits for that; its last line is returned. */
  public @Nullable String end() throws IOException, InterruptedException {
    process.getOutputStream().close();
    listener.join();
    int status = process.waitFor();
    if (status != 0) {
      throw new AssertionError("the process ended with status " + status);
    }
    child.kill();
    return lastWords;
  }

  /** Kills it; what it had said before is entered when this returns. */
  @Override
  public void close() {
    child.kill();
    listener.join();
  }
}
