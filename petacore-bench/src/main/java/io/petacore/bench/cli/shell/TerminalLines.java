package io.petacore.bench.cli.shell;

import java.io.Console;
import java.io.IOException;
import java.util.Collection;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** Lines typed at a terminal, with editing, a history and completion of the verbs. */
final class TerminalLines implements LineSource {
  private final Terminal terminal;
  private final LineReader reader;

  TerminalLines(Collection<String> verbs) throws IOException {
    terminal = TerminalBuilder.builder().name("petacore").build();
    // The shell has its own quoting, so the reader must leave every character as it was typed.
    DefaultParser parser = new DefaultParser().escapeChars(new char[0]).quoteChars(new char[0]);
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(parser)
            .completer(new StringsCompleter(verbs))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
  }

  /** Whether the program was started at a terminal, both ways. */
  @SuppressWarnings(
      "SystemConsoleNull") // Both cases are handled: no console, and one that is none.
  static boolean available() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // From JDK 22 on there is a console without a terminal too, and a method that tells.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  @Override
  public @Nullable String next(String prompt) {
    while (true) {
      try {
        return reader.readLine(prompt);
      } catch (UserInterruptException e) {
        // Ctrl-C gives the line up, not the shell; Ctrl-D ends it.
        reader.printAbove("(exit, or Ctrl-D, ends the shell)");
      } catch (EndOfFileException e) {
        return null;
      }
    }
  }

  @Override
  public boolean isInteractive() {
    return true;
  }

  @Override
  public void line(String text) {
    reader.printAbove(text);
  }

  @Override
  public void error(String text) {
    reader.printAbove("error: " + text);
  }

  @Override
  public void close() throws IOException {
    terminal.close();
  }
}
