package io.petacore.it.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs an etcd program as child processes on the loopback address. */
final class ProgramLauncher implements Launcher {

  private final Path program;

  ProgramLauncher(Path program) {
    this.program = program;
  }

  @Override
  public Network network() {
    return new Loopback(program);
  }

  @Override
  public boolean isOnLoopback() {
    return true;
  }

  @Override
  public String description() {
    return program.toString();
  }

  private record Loopback(Path program) implements Network {

    @Override
    public String bindHost() {
      return "127.0.0.1";
    }

    @Override
    public String peerHost(String member) {
      return "127.0.0.1";
    }

    @Override
    public RunningServer launch(
        MemberLayout layout, List<String> arguments, Map<String, String> environment) {
      List<String> command = new ArrayList<>();
      command.add(program.toString());
      command.addAll(arguments);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(layout.log().toFile()));
      // Settings for etcd in the environment of the developer must not apply.
      builder.environment().keySet().removeIf(name -> name.startsWith("ETCD"));
      builder.environment().putAll(environment);
      try {
        return new ChildProcess(builder.start());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      // Nothing to close on the loopback interface.
    }
  }
}
