package io.petacore.bench.cli;

import io.petacore.bench.benchmark.overhead.OverheadCommand;
import io.petacore.bench.benchmark.read.ReadCommand;
import io.petacore.bench.benchmark.soak.SoakChangesCommand;
import io.petacore.bench.benchmark.soak.SoakCommand;
import io.petacore.bench.benchmark.write.WriteCommand;
import io.petacore.bench.peers.PeersCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: benchmarks of PetaCore against a reference. */
@Command(
    name = "bench",
    description = "Benchmarks PetaCore against the alternatives.",
    mixinStandardHelpOptions = true,
    subcommands = {
      WriteCommand.class,
      ReadCommand.class,
      OverheadCommand.class,
      PeersCommand.class,
      SoakCommand.class,
      SoakChangesCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  petacore.jar bench write --etcd 127.0.0.1:2379",
      "  petacore.jar bench read",
      "  petacore.jar bench overhead",
      "  petacore.jar bench soak",
      "  petacore.jar bench soak-changes"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class BenchCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "missing command: write, read, overhead, peers, soak or soak-changes");
  }
}
