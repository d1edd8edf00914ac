package io.petacore.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table in docs/metrics.md is the one that the definitions make. */
class MetricsTableTest {

  private static String row(StorageMetric metric) {
    StorageMetric.Tag tag = metric.tag();
    String tagged = "";
    if (tag != null) {
      tagged = tag.value() == null ? tag.key() : tag.key() + "=" + tag.value();
    }
    String unit =
        metric.unit() == StorageMetric.Unit.NONE
            ? ""
            : ", " + metric.unit().name().toLowerCase(Locale.ROOT);
    return "| `%s` | %s | %s | %s |"
        .formatted(
            metric.id(),
            tagged.isEmpty() ? "" : "`" + tagged + "`",
            metric.kind().name().toLowerCase(Locale.ROOT) + unit,
            metric.description())
        .replace("|  |", "| |");
  }

  /** If it fails, copy the expected table into the document. */
  @Test
  void theTableInTheDocumentIsThatOfTheDefinitions() throws IOException {
    String expected =
        Stream.of(StorageMetric.values())
            .map(MetricsTableTest::row)
            .collect(Collectors.joining("\n"));
    List<String> lines = Files.readAllLines(Path.of("../docs/metrics.md"));
    String found =
        lines.stream()
            .filter(line -> line.startsWith("| `petacore."))
            .collect(Collectors.joining("\n"));
    assertEquals(expected, found);
  }

  @Test
  void namesAndTagsAreDistinctAndWellFormed() {
    Set<String> seen = new HashSet<>();
    for (StorageMetric metric : StorageMetric.values()) {
      assertTrue(metric.id().matches("petacore(\\.[a-z]+)+"), metric.id());
      assertTrue(seen.add(metric.id() + metric.tag()), metric.id());
      assertEquals(
          metric.kind() == StorageMetric.Kind.TIMER,
          metric.unit() == StorageMetric.Unit.SECONDS && metric.id().matches(".*(duration|delay)"),
          metric.id());
    }
  }
}
