package io.petacore.bench.peers;

import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.MeasurementOptions;
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

/** {@code bench peers}: benchmarks PetaCore against its peers. */
@Command(
    name = "peers",
    description = {
      "Benchmarks PetaCore against its peers and prints a table in Markdown.",
      "Build the peers with: mvn -Ppeers package. The addresses of their servers are read from",
      "the environment; petacore-bench/peers/with-servers starts the servers and sets them."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  petacore-bench/peers/with-servers java -jar petacore-bench/target/petacore.jar bench peers"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class PeersCommand implements Callable<Integer> {

  /** JVM arguments that the LMDB bindings and Hazelcast require for full speed. */
  private static final List<String> JVM_ARGUMENTS =
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

  @Mixin private MeasurementOptions measurementOptions;

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      defaultValue = "petacore-bench/target/peers",
      description = "Directory of the peers (default: ${DEFAULT-VALUE}).")
  private Path directory;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Writes the results of JMH to this file, as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Writes a chart of the ratios, as SVG.")
  private @Nullable Path picture;

  @Override
  public Integer call() throws Exception {
    measurementOptions.check(spec.commandLine());
    if (!Files.isDirectory(directory)) {
      throw new CommandFailedException(
          "no directory " + directory + "; build the peers with: mvn -Ppeers package");
    }
    if (!Servers.isConfigured(Servers.ETCD)) {
      throw new CommandFailedException(
          "PetaCore requires an etcd server: set " + Servers.variable(Servers.ETCD) + "=host:port");
    }
    PrintWriter out = spec.commandLine().getOut();
    List<PeerWorkload> workloads =
        measurementOptions.select(
            spec.commandLine(), List.of(PeerWorkload.values()), PeerWorkload::title);
    PeerTable table = new PeerTable(peers(out));
    List<RunResult> results = new ArrayList<>();
    for (int round = 1; round <= measurementOptions.rounds(); round++) {
      for (PeerWorkload workload : workloads) {
        out.println("round " + round + ", measuring: " + workload.title());
        out.flush();
        List<RunResult> resultsOfRound = measure(workload, table.namesFor(workload));
        table.add(workload, resultsOfRound);
        results.addAll(resultsOfRound);
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
    List<NamedPeer> available = new ArrayList<>();
    Peers all = new Peers(directory);
    for (String name : all.names()) {
      Peer peer = all.get(name);
      String server = peer.server();
      if (server == null || Servers.isConfigured(server)) {
        available.add(new NamedPeer(name, peer));
      } else {
        out.println(
            "skipped: "
                + peer.description().name()
                + "; "
                + Servers.variable(server)
                + " is not set");
      }
    }
    return available;
  }

  private List<RunResult> measure(PeerWorkload workload, List<String> names)
      throws RunnerException {
    List<String> arguments = new ArrayList<>(JVM_ARGUMENTS);
    arguments.addAll(MeasurementOptions.HEAP);
    arguments.add(MeasurementOptions.YOUNG);
    arguments.add("-D" + PeerBenchmark.DIRECTORY + "=" + directory);
    OptionsBuilder options = new OptionsBuilder();
    options
        .include("^" + Pattern.quote(PeerBenchmark.class.getName() + "." + workload.method()) + "$")
        .param("peer", names.toArray(String[]::new))
        .forks(1)
        .warmupIterations((int) measurementOptions.warmUp().toSeconds())
        .warmupTime(TimeValue.seconds(1))
        .measurementIterations((int) measurementOptions.time().toSeconds())
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
