package io.petacore.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerVersionTest {

  private static final String LOSS = "a watch can lose events";
  private static final String DELETE = "a watch can miss a delete";
  private static final String STALE = "a linearizable read can be stale";
  private static final String PERMISSION = "nested transactions are not checked";

  /** Versions with their warnings: l(oss), d(elete), s(tale) and p(ermission). */
  @ParameterizedTest
  @CsvSource({
    "3.4.23, ldsp",
    "3.5.12, ldsp",
    "3.5.13, dsp",
    "3.5.17, dsp",
    "3.5.18, sp",
    "3.5.27, sp",
    "3.5.28, ''",
    "3.5.30, ''",
    "3.6.0, sp",
    "3.6.0-rc.1, sp",
    "3.6.8, sp",
    "3.6.9, ''",
    "3.7.0, ''",
    "4.0.0, ''"
  })
  void warnsOfKnownBugs(String text, String expected) {
    ServerVersion version = Objects.requireNonNull(ServerVersion.parse(text));
    StringBuilder found = new StringBuilder();
    for (String warning : version.warnings()) {
      found
          .append(warning.startsWith(LOSS) ? "l" : "")
          .append(warning.startsWith(DELETE) ? "d" : "")
          .append(warning.startsWith(STALE) ? "s" : "")
          .append(warning.startsWith(PERMISSION) ? "p" : "");
    }
    assertEquals(expected, found.toString());
    assertEquals(expected.length(), version.warnings().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unknown", "3.5", "3.x.1", "99999999999.1.1"})
  void malformedVersionsAreNull(String text) {
    assertNull(ServerVersion.parse(text));
  }
}
