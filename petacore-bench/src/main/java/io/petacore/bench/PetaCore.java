package io.petacore.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry of the command-line application. */
@Command(
    name = "petacore",
    description = "Keeps a key space of etcd in memory; shows it, loads it, measures it.",
    mixinStandardHelpOptions = true)
public final class PetaCore implements Runnable {
  private PetaCore() {}

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  /** Runs the command that the arguments name, and exits with its code. */
  public static void main(String... args) {
    System.exit(new CommandLine(new PetaCore()).execute(args));
  }
}
