package io.petacore.bench.peers;

import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.Measuring;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench peers}. */
@Command(
    name = "peers",
    description = {
      "Measures PetaCore beside what else one would take, and prints a table in Markdown.",
      "The peers are built by: mvn -Ppeers package; servers are named in the environment, as",
      "petacore-bench/peers/with-servers does."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  petacore-bench/peers/with-servers java -jar petacore-bench/target/petacore.jar bench peers"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class PeersCommand implements Callable<Integer> {

  /** What LMDB's bindings and Hazelcast ask for, to be fast. */
  private static final List<String> OPENED =
      List.of(
          "--add-modules=java.se",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.management/sun.management=ALL-UNNAMED",
          "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED");

  @Spec private CommandSpec spec;

  @Mixin private Measuring measuring;

  @Option(
      names = "--directory",
      defaultValue = "petacore-bench/target/peers",
      description = "Where the build put the peers (default: ${DEFAULT-VALUE}).")
  private Path directory;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Keep what JMH found in this file, as JMH writes it.")
  private @Nullable Path json;

  @Option(names = "--picture", paramLabel = "FILE", description = "Draws the ratios, as SVG.")
  private @Nullable Path picture;

  @Override
  public Integer call() throws Exception {
    measuring.check(spec.commandLine());
    if (!Files.isDirectory(directory)) {
      throw new CommandFailedException("there is no " + directory + ": mvn -Ppeers package");
    }
    if (!Servers.isThere(Servers.ETCD)) {
      throw new CommandFailedException(
          "PetaCore's commits need an etcd: " + Servers.variable(Servers.ETCD) + "=host:port");
    }
    PrintWriter out = spec.commandLine().getOut();
    PeerTable table = new PeerTable(peers(out));
    List<RunResult> results = new ArrayList<>();
    for (int round = 1; round <= measuring.rounds(); round++) {
      for (PeerWork work : PeerWork.values()) {
        if (measuring.includes(work.title())) {
          out.println("round " + round + ", measuring: " + work.title());
          out.flush();
          List<RunResult> ofWork = measure(work, table.namesFor(work));
          table.add(work, ofWork);
          results.addAll(ofWork);
        }
      }
    }
    out.println();
    out.print(table.toMarkdown());
    out.flush();
    keep(results);
    if (picture != null) {
      Files.writeString(picture, PeerChart.of(table));
    }
    return 0;
  }

  private List<NamedPeer> peers(PrintWriter out) throws Exception {
    List<NamedPeer> there = new ArrayList<>();
    Peers all = new Peers(directory);
    for (String name : all.names()) {
      Peer peer = all.get(name);
      String server = peer.server();
      if (server == null || Servers.isThere(server)) {
        there.add(new NamedPeer(name, peer));
      } else {
        out.println("left out: " + peer.offer().name() + ", no " + Servers.variable(server));
      }
    }
    return there;
  }

  private List<RunResult> measure(PeerWork work, List<String> names) throws RunnerException {
    List<String> arguments = new ArrayList<>(OPENED);
    arguments.addAll(Measuring.HEAP);
    arguments.add(Measuring.YOUNG);
    arguments.add("-D" + PeerBenchmark.DIRECTORY + "=" + directory);
    OptionsBuilder options = new OptionsBuilder();
    options
        .include("^" + Pattern.quote(PeerBenchmark.class.getName() + "." + work.method()) + "$")
        .param("peer", names.toArray(String[]::new))
        .forks(1)
        .warmupIterations((int) measuring.warmUp().toSeconds())
        .warmupTime(TimeValue.seconds(1))
        .measurementIterations((int) measuring.time().toSeconds())
        .measurementTime(TimeValue.seconds(1))
        .jvmArgsAppend(arguments.toArray(String[]::new))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    return List.copyOf(new Runner(options.build()).run());
  }

  private void keep(List<RunResult> results) throws IOException {
    if (json != null) {
      try (PrintStream file =
          new PrintStream(Files.newOutputStream(json), false, StandardCharsets.UTF_8)) {
        ResultFormatFactory.getInstance(ResultFormatType.JSON, file).writeOut(results);
      }
    }
  }
}
