package io.petacore.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.petacore.DistributedStorage;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The dashboard and the alert rules name only series and labels that a storage exports. */
class MonitoringFilesTest {

  private static final Pattern SAMPLE =
      Pattern.compile("^(petacore_\\w+?)\\{(.*)} \\S+$", Pattern.MULTILINE);
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final Pattern SERIES = Pattern.compile("\\bpetacore_\\w+");
  private static final Pattern SELECTED = Pattern.compile("(\\w+)\\s*(?:=|!=|=~|!~)\\s*\"");
  private static final Pattern GROUPED = Pattern.compile("\\b(?:by|on)\\s*\\(([^)]*)\\)");

  /** Labels that Prometheus adds, and that of a bucket. */
  private static final Set<String> GIVEN = Set.of("instance", "le");

  private static String scrape() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (KvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage = DistributedStorage.builder(store).namespace("shop/").open();
        PetaCoreMetrics metrics = new PetaCoreMetrics(storage)) {
      metrics.bindTo(registry);
      storage.runTransaction(tx -> tx.write("key", "value"));
      return registry.scrape();
    }
  }

  /** A file as maps, lists and values: JSON is YAML. */
  private static Map<?, ?> load(String file) throws IOException {
    try (Reader reader = Files.newBufferedReader(Path.of(file))) {
      return object(new Yaml().load(reader));
    }
  }

  private static Map<?, ?> object(@Nullable Object loaded) {
    return assertInstanceOf(Map.class, loaded, "not an object");
  }

  private static List<?> list(Map<?, ?> parent, String key) {
    Object found = parent.get(key);
    assertTrue(found instanceof List, () -> key + " is no list in " + parent);
    return (List<?>) found;
  }

  private static String text(Map<?, ?> parent, String key) {
    Object found = parent.get(key);
    assertNotNull(found, () -> "no " + key + " in " + parent);
    return found.toString();
  }

  private static void check(List<String> expressions) {
    Set<String> series = new HashSet<>();
    Set<String> labels = new HashSet<>(GIVEN);
    for (MatchResult sample : SAMPLE.matcher(scrape()).results().toList()) {
      series.add(sample.group(1));
      LABEL.matcher(sample.group(2)).results().forEach(label -> labels.add(label.group(1)));
    }
    assertFalse(expressions.isEmpty());
    Set<String> unknown = new TreeSet<>();
    for (String expression : expressions) {
      Set<String> named = new HashSet<>();
      SELECTED.matcher(expression).results().forEach(label -> named.add(label.group(1)));
      for (MatchResult grouped : GROUPED.matcher(expression).results().toList()) {
        named.addAll(List.of(grouped.group(1).split("\\s*,\\s*")));
      }
      named.removeAll(labels);
      unknown.addAll(named);
      Matcher names = SERIES.matcher(expression);
      boolean any = false;
      while (names.find()) {
        boolean isLabel = labels.contains(names.group());
        any |= !isLabel;
        if (!isLabel && !series.contains(names.group())) {
          unknown.add(names.group());
        }
      }
      assertTrue(any, () -> "no series in " + expression);
      assertEquals(
          expression.chars().filter(c -> c == '(').count(),
          expression.chars().filter(c -> c == ')').count(),
          expression);
    }
    assertEquals(Set.of(), unknown, "neither a series nor a label of a storage");
  }

  @Test
  void everySeriesOfTheDashboardExists() throws IOException {
    Map<?, ?> dashboard = load("grafana-dashboard.json");
    List<String> expressions = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (Object each : list(dashboard, "panels")) {
      Map<?, ?> panel = object(each);
      assertTrue(ids.add(text(panel, "id")), "panels with one id");
      if (!text(panel, "type").equals("row")) {
        for (Object target : list(panel, "targets")) {
          expressions.add(text(object(target), "expr"));
        }
      }
    }
    check(expressions);
    Map<?, ?> templating = object(dashboard.get("templating"));
    List<String> queries = new ArrayList<>();
    for (Object variable : list(templating, "list")) {
      String query = text(object(variable), "query");
      if (query.startsWith("label_values")) {
        queries.add(query);
      }
    }
    check(queries);
  }

  @Test
  void everySeriesOfTheAlertRulesExists() throws IOException {
    List<String> expressions = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Object group : list(load("prometheus-alerts.yml"), "groups")) {
      for (Object each : list(object(group), "rules")) {
        Map<?, ?> rule = object(each);
        assertTrue(names.add(text(rule, "alert")), "rules of one name");
        expressions.add(text(rule, "expr"));
        text(object(rule.get("labels")), "severity");
        text(object(rule.get("annotations")), "summary");
        text(object(rule.get("annotations")), "description");
        Object pause = rule.get("for");
        assertTrue(pause == null || pause.toString().matches("\\d+[smh]"), () -> "for " + pause);
      }
    }
    check(expressions);
  }
}
