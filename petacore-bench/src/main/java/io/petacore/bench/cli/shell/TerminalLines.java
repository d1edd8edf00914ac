package io.petacore.bench.cli.shell;

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

/** Lines from a terminal, with editing, history and completion of statement names. */
final class TerminalLines implements LineSource {
  private final Terminal terminal;
  private final LineReader reader;

  TerminalLines(Collection<String> verbs) throws IOException {
    terminal = TerminalBuilder.builder().name("petacore").build();
    // The shell parses quotes itself, so the reader must not.
    DefaultParser parser = new DefaultParser().escapeChars(new char[0]).quoteChars(new char[0]);
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(parser)
            .completer(new StringsCompleter(verbs))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
  }

  @Override
  public @Nullable String next(String prompt) {
    while (true) {
      try {
        return reader.readLine(prompt);
      } catch (UserInterruptException e) {
        // Ctrl-C discards the line; Ctrl-D leaves the shell.
        reader.printAbove("(leave the shell with exit or Ctrl-D)");
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
