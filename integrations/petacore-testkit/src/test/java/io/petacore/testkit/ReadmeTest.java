package io.petacore.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The module's page shows a test that is run as it is written there. */
class ReadmeTest {
  private static final Pattern JAVA = Pattern.compile("(?s)```java\n(.*?)```");

  @Test
  void itsJavaIsATestOfThisModule() throws IOException {
    Matcher java = JAVA.matcher(Files.readString(Path.of("README.md")));
    assertTrue(java.find());
    String test = Files.readString(Path.of("src/test/java/io/petacore/testkit/BookingTest.java"));
    assertEquals(test.substring(test.indexOf("@PetaCoreTest")), java.group(1));
  }

  @Test
  void itsTableNamesEveryMistakeThatIsTested() throws IOException {
    String page = Files.readString(Path.of("README.md"));
    Matcher mistake =
        Pattern.compile("@Test\\s+(?:@\\S+ *\\(.*?\\)\\s+)?void (\\w+)")
            .matcher(
                Files.readString(
                    Path.of("src/test/java/io/petacore/testkit/CommonMistakesTest.java")));
    int mistakes = 0;
    while (mistake.find()) {
      assertTrue(page.contains("`" + mistake.group(1) + "`"), mistake.group(1));
      mistakes++;
    }
    assertEquals(10, mistakes);
  }
}
