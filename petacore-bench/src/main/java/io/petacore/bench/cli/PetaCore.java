package io.petacore.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.petacore.bench.cli.shell.ShellCommand;
import io.petacore.bench.cli.status.StatusCommand;
import io.petacore.bench.demo.DemoCommand;
import io.petacore.bench.support.console.ErrorLine;
import io.petacore.bench.support.console.IsolationName;
import io.petacore.bench.support.console.Verbosity;
import io.petacore.transaction.IsolationLevel;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Main class of the command-line application. */
@Command(
    name = "petacore",
    description =
        "Reads, writes and loads namespaces of etcd through PetaCore, and runs its demo and benchmarks.",
    mixinStandardHelpOptions = true,
    versionProvider = PetaCore.Version.class,
    subcommands = {
      DemoCommand.class,
      LoadCommand.class,
      ShellCommand.class,
      StatusCommand.class,
      CatalogueCommand.class,
      BenchCommand.class,
      JmhCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 success, 1 failure or a failed check, 2 usage error.",
      "",
      "Examples:",
      "  petacore.jar demo                                   the demo, in memory",
      "  petacore.jar demo --etcd 127.0.0.1:2379             the demo on etcd",
      "  petacore.jar shell --etcd 127.0.0.1:2379 --namespace shop/",
      "  petacore.jar demo --help                            the options of a command"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class PetaCore implements Runnable {
  private static final int HELP_WIDTH = 100;

  @Spec private CommandSpec spec;

  private PetaCore() {}

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "missing command: demo, load, shell, status, catalogue, bench or jmh");
  }

  /** Returns the configured command line; tests set their own writers. */
  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new PetaCore());
    // Options of JMH must be passed on unchanged.
    Objects.requireNonNull(commandLine.getSubcommands().get("jmh"))
        .setUnmatchedOptionsArePositionalParams(true);
    return commandLine
        .setUsageHelpWidth(HELP_WIDTH)
        .registerConverter(IsolationLevel.class, IsolationName::parse)
        .setParameterExceptionHandler(PetaCore::explainUsage)
        .setExecutionExceptionHandler(PetaCore::explainFailure);
  }

  private static int explainUsage(ParameterException e, String... args) {
    CommandLine command = e.getCommandLine();
    command.getErr().println("petacore: " + ErrorLine.of(e));
    command.getErr().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
    return CommandLine.ExitCode.USAGE;
  }

  private static int explainFailure(Exception e, CommandLine command, ParseResult parsed) {
    command.getOut().flush();
    command.getErr().println("petacore: " + ErrorLine.of(e));
    if (Verbosity.isRequested(parsed)) {
      e.printStackTrace(command.getErr());
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Runs the command given by the arguments and exits with its exit code. */
  public static void main(String... args) {
    PrintWriter out = utf8(FileDescriptor.out);
    PrintWriter err = utf8(FileDescriptor.err);
    int code = commandLine().setOut(out).setErr(err).execute(args);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** Always UTF-8, so that output piped into a file can be loaded again. */
  private static PrintWriter utf8(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, UTF_8);
  }

  /** The version from the manifest of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = PetaCore.class.getPackage().getImplementationVersion();
      return new String[] {
        "petacore " + (version == null ? "(not from a jar)" : version), "Java " + Runtime.version(),
      };
    }
  }
}
