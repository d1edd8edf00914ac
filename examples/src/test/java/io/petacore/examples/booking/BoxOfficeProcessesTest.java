package io.petacore.examples.booking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.testkit.PetaCoreTest;
import io.petacore.testkit.TestCluster;
import io.petacore.testkit.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes that sell 100 seats on etcd; one of them is killed, and started again. */
@PetaCoreTest(store = TestStore.ETCD)
class BoxOfficeProcessesTest {
  private static final int ORDERS = 200; // of each process

  @TempDir private Path directory;

  private Process start(TestCluster cluster, String name, Path output) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            BoxOfficeProcess.class.getName(),
            cluster.endpoints().get(0),
            cluster.namespace(),
            name,
            String.valueOf(ORDERS))
        .redirectOutput(output.toFile())
        .redirectError(directory.resolve(name + ".log").toFile())
        .start();
  }

  private static void awaitEnd(Process process, Path output) throws Exception {
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), () -> output + " takes too long");
    assertEquals(0, process.exitValue(), output::toString);
  }

  @Test
  void everyOrderKeepsItsSeatThoughAProcessIsKilled(DistributedStorage storage, TestCluster cluster)
      throws Exception {
    List<Path> outputs = new ArrayList<>();
    List<Process> processes = new ArrayList<>();
    try {
      for (String name : List.of("north", "south", "west")) {
        outputs.add(directory.resolve(name));
        processes.add(start(cluster, name, outputs.get(outputs.size() - 1)));
      }
      Process west = processes.get(2);
      while (west.isAlive() && lines(outputs.get(2)).isEmpty()) {
        assertTrue(!west.waitFor(1, TimeUnit.MILLISECONDS) || west.exitValue() == 0);
      }
      west.destroyForcibly().waitFor();
      assertTrue(lines(outputs.get(2)).size() < ORDERS, "it was killed too late");
      outputs.add(directory.resolve("west-again"));
      processes.set(2, start(cluster, "west", outputs.get(3)));
      awaitEnd(processes.get(0), outputs.get(0));
      awaitEnd(processes.get(1), outputs.get(1));
      awaitEnd(processes.get(2), outputs.get(3));
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
    cluster.awaitQuiet();
    assertEquals(100, BoxOfficeContract.soldSeats(storage).size());
    Map<String, String> answers = new HashMap<>();
    for (Path output : outputs) {
      for (String line : lines(output)) {
        int space = line.indexOf(' ');
        String order = line.substring(0, space);
        String seat = line.substring(space + 1);
        String before = answers.putIfAbsent(order, seat);
        assertTrue(before == null || before.equals(seat), order + ": " + before + ", " + seat);
        Seat held = BoxOffice.seatOf(storage, order);
        assertEquals(held == null ? "none" : held.row() + "/" + held.number(), seat, order);
      }
    }
    assertEquals(3 * ORDERS, answers.size(), "every order has an answer");
  }

  /** Returns the whole lines; the last one of a killed process may be half. */
  private static List<String> lines(Path output) throws IOException {
    String text = Files.readString(output, UTF_8);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }
}
