package io.petacore.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command line, the demo, the benchmarks and the peers are package trees of their own: only the
 * command line imports another of them, and all of them may import {@code support}.
 */
class BenchPackageRulesTest {
  private static final String ROOT = "io.petacore.bench";

  /** Each package tree, and the trees that it may import. */
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.of(
          "cli", Set.of("demo", "benchmark", "peers", "support"),
          "demo", Set.of("support"),
          "benchmark", Set.of("support"),
          "peers", Set.of("support"),
          "support", Set.of());

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @ParameterizedTest
  @ValueSource(strings = {"cli", "demo", "benchmark", "peers", "support"})
  void aPackageTreeImportsOnlyTheTreesItMay(String tree) {
    Set<String> allowed = MAY_IMPORT.getOrDefault(tree, Set.of());
    classes()
        .that()
        .resideInAPackage(packages(tree))
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage(ROOT + "..")
                .or(resideInAnyPackage(packages(tree)))
                .or(
                    resideInAnyPackage(
                        allowed.stream()
                            .map(BenchPackageRulesTest::packages)
                            .toArray(String[]::new)))
                .as("are outside %s, or in its package trees %s or %s", ROOT, tree, allowed))
        .check(CLASSES);
  }

  @Test
  void everyClassIsInOneOfTheTrees() {
    classes()
        .should()
        .resideInAnyPackage(
            MAY_IMPORT.keySet().stream()
                .map(BenchPackageRulesTest::packages)
                .toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  private static String packages(String tree) {
    return ROOT + "." + tree + "..";
  }
}
