package io.petacore.bench.support.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.error.StoreUnavailableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class ErrorLineTest {

  @Test
  void messagesOfTheLibraryHaveNoClassName() {
    assertEquals("away", ErrorLine.of(new StoreUnavailableException("away", null)));
  }

  @Test
  void wrappersAreRemoved() {
    Exception cause = new StoreUnavailableException("away", null);
    assertEquals("away", ErrorLine.of(new ExecutionException(new CompletionException(cause))));
    assertEquals(
        "no such file: x.tsv",
        ErrorLine.of(new UncheckedIOException(new NoSuchFileException("x.tsv"))));
  }

  @Test
  void anUnexpectedExceptionIncludesItsClassName() {
    assertEquals("IOException: broken", ErrorLine.of(new IOException("broken")));
    assertEquals("NullPointerException", ErrorLine.of(new NullPointerException()));
  }

  @Test
  void lineBreaksAreReplaced() {
    assertEquals("one; two", ErrorLine.of(new IllegalArgumentException("one\n  two\n")));
  }

  @Test
  void figuresAreIndependentOfTheLocale() {
    assertEquals("1,234,567", Figures.count(1234567));
    assertEquals("500", Figures.perSecond(1000, 2_000_000_000L));
    assertEquals("0", Figures.perSecond(1000, 0));
    assertEquals("0.004 ms", Figures.millis(4_000));
    assertEquals("4.25 ms", Figures.millis(4_250_000));
    assertEquals("1,500 ms", Figures.millis(1_500_000_000L));
    assertEquals("1 key", Figures.of(1, "key", "keys"));
    assertEquals("0 keys", Figures.of(0, "key", "keys"));
  }

  @Test
  void aTableAlignsFiguresToTheRight() {
    Table table = new Table("node", "reads");
    table.row("a", "1");
    table.row("longer", "1,000");
    StringWriter text = new StringWriter();
    table.print(new PrintWriter(text));
    assertEquals(
        "  node     reads\n  ------   -----\n  a            1\n  longer   1,000\n",
        text.toString().replace(System.lineSeparator(), "\n"));
    assertThrows(IllegalArgumentException.class, () -> table.row("too short"));
  }
}
