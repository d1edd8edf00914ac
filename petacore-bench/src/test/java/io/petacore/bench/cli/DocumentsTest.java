package io.petacore.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs or compiles the code in README and docs as written, and checks their links. */
class DocumentsTest {
  /** Tests run in the directory of their module. */
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** The modules whose tests documents name. */
  private static final List<String> MODULES =
      List.of(
          "petacore-core",
          "petacore-etcd",
          "petacore-it",
          "petacore-it/checker",
          "petacore-it/contract",
          "petacore-it/jcstress",
          "petacore-it/simulation");

  private static final Pattern SUPERTYPES =
      Pattern.compile("(?:extends|implements)\\s+([\\w\\s,]+?)\\s*(?:\\{|implements)");

  private static final Pattern FENCE = Pattern.compile("```(\\w+)\\n(.*?)\\n *```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|Contract))[.#](\\w+)`");
  private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

  /** Imports and a method around code fragments. */
  private static final String TEMPLATE =
      """
      import io.petacore.*; import io.petacore.data.*; import io.petacore.error.*;
      import io.petacore.etcd.*; import io.petacore.keyspace.*; import io.petacore.metrics.*; import io.petacore.store.*;
      import io.petacore.store.embedded.*; import io.petacore.subscription.*;
      import io.petacore.transaction.*; import java.nio.file.*; import java.time.*; import java.util.*;
      import java.util.concurrent.*;
      class Fragment {
        static void run(DistributedStorage storage, KvStore store) throws Exception {
      %s
        }
      }
      """;

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    documents.add(ROOT.resolve("README.md"));
    documents.add(ROOT.resolve("CHANGELOG.md"));
    documents.add(ROOT.resolve("CONTRIBUTING.md"));
    documents.add(ROOT.resolve("petacore-it/defects/README.md"));
    documents.add(ROOT.resolve("integrations/petacore-jackson/README.md"));
    documents.add(ROOT.resolve("integrations/petacore-micrometer/README.md"));
    documents.add(ROOT.resolve("integrations/petacore-spring-boot-starter/README.md"));
    documents.add(ROOT.resolve("integrations/petacore-zstd/README.md"));
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    return documents;
  }

  private static List<String> blocks(String language, Path document) throws IOException {
    return FENCE
        .matcher(Files.readString(document))
        .results()
        .filter(fence -> fence.group(1).equals(language))
        .map(fence -> fence.group(2))
        .toList();
  }

  @Test
  void theQuickstartPrintsTheOutputInTheReadme(@TempDir Path directory) throws Exception {
    Path readme = ROOT.resolve("README.md");
    Path source = directory.resolve("Quickstart.java");
    Files.writeString(source, blocks("java", readme).get(0));
    Path output = directory.resolve("output");
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                source.toString())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertTrue(java.waitFor(2, TimeUnit.MINUTES), "timed out");
    } finally {
      java.destroyForcibly();
    }
    assertEquals(0, java.exitValue(), () -> compile(directory, source));
    assertEquals(blocks("text", readme).get(0), Files.readString(output).strip());
  }

  private static boolean isExample(Path document) {
    return document.getFileName().toString().startsWith("example-");
  }

  /** What a page about an example shows is code of that example, but for its indentation. */
  @Test
  void everyFragmentOfAnExampleIsItsCode() throws IOException {
    StringBuilder code = new StringBuilder();
    try (Stream<Path> sources = Files.walk(ROOT.resolve("examples/src/main"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        code.append(dedented(Files.readString(source)));
      }
    }
    int shown = 0;
    for (Path document : documents()) {
      for (String block : isExample(document) ? blocks("java", document) : List.<String>of()) {
        shown++;
        assertTrue(code.toString().contains(dedented(block)), () -> document + ": " + block);
      }
    }
    assertTrue(shown > 0);
  }

  private static String dedented(String text) {
    return text.replaceAll("(?m)^ +", "");
  }

  @TestFactory
  Stream<DynamicTest> everyJavaFragmentCompiles(@TempDir Path directory) throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path document : documents()) {
      int number = 0;
      for (String block : isExample(document) ? List.<String>of() : blocks("java", document)) {
        String name = document.getFileName() + " " + ++number;
        Path target = Files.createDirectories(directory.resolve(name));
        boolean whole = block.contains("class Quickstart");
        Path source = target.resolve(whole ? "Quickstart.java" : "Fragment.java");
        Files.writeString(source, whole ? block : TEMPLATE.formatted(block));
        tests.add(dynamicTest(name, target, source));
      }
    }
    assertFalse(tests.isEmpty());
    Path target = Files.createDirectories(directory.resolve("benchmarks"));
    try (Stream<Path> files = Files.list(ROOT.resolve("docs/benchmarks"))) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .map(file -> dynamicTest(file.getFileName().toString(), target, file))
          .forEach(tests::add);
    }
    return tests.stream();
  }

  private static DynamicTest dynamicTest(String name, Path target, Path source) {
    return DynamicTest.dynamicTest(name, () -> assertEquals("", compile(target, source)));
  }

  /** Returns the compiler's output; empty if the source compiles. */
  private static String compile(Path target, Path source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, Locale.ROOT, UTF_8)) {
      List<String> options =
          List.of(
              "-proc:none", "-d", target.toString(), "-cp", System.getProperty("java.class.path"));
      compiler
          .getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
          .call();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return messages.toString();
  }

  @Test
  void everyLinkHasATarget() throws IOException {
    TreeSet<String> broken = new TreeSet<>();
    for (Path document : documents()) {
      for (MatchResult link : LINK.matcher(withoutCode(document)).results().toList()) {
        String target = link.group(1);
        if (!target.contains("://") && !hasTarget(document, target)) {
          broken.add(document.getFileName() + " → " + target);
        }
      }
    }
    assertEquals(new TreeSet<>(), broken);
  }

  private static boolean hasTarget(Path document, String target) throws IOException {
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
    if (!Files.exists(file)) {
      return false;
    }
    return parts.length == 1
        || HEADING
            .matcher(withoutCode(file))
            .results()
            .anyMatch(heading -> anchor(heading.group(1)).equals(parts[1]));
  }

  @Test
  void everyNamedTestExists() throws IOException {
    Map<String, String> sources = testSources();
    TreeSet<String> missing = new TreeSet<>();
    for (Path document : documents()) {
      for (MatchResult named : TEST.matcher(withoutCode(document)).results().toList()) {
        if (!declares(sources, named.group(1), "void " + named.group(2) + "(")) {
          missing.add(document.getFileName() + " → " + named.group());
        }
      }
    }
    assertEquals(new TreeSet<>(), missing);
  }

  /** Whether a class declares a method, or inherits it from a type among the sources. */
  private static boolean declares(Map<String, String> sources, String type, String method) {
    String source = sources.getOrDefault(type, "");
    return source.contains(method)
        || SUPERTYPES
            .matcher(source)
            .results()
            .flatMap(types -> Stream.of(types.group(1).split("[^\\w]+")))
            .anyMatch(inherited -> !inherited.equals(type) && declares(sources, inherited, method));
  }

  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          sources.merge(name, Files.readString(file), String::concat);
        }
      }
    }
    return sources;
  }

  /** Returns the anchor that GitHub generates for a heading. */
  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
  }

  private static String withoutCode(Path document) throws IOException {
    Matcher fences = FENCE.matcher(Files.readString(document));
    return fences.replaceAll("");
  }
}
