package io.petacore.testing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of packages and of the packages that each may use.
 *
 * <p>The tests of each module that is released extend this class, and so check the packages of all
 * modules on their class path.
 */
public abstract class PackageRules {
  private static final String ROOT = "io.petacore";

  /** A package, and the packages it may name; it may then also name what those may. */
  private static final Map<String, Set<String>> MAY_USE = new LinkedHashMap<>();

  static {
    mayUse("data");
    mayUse("clock");
    mayUse("error", "data");
    mayUse("transaction", "data", "error");
    mayUse("subscription", "data", "transaction");
    mayUse("internal.decoded", "data", "transaction");
    mayUse("keyspace", "data", "error", "subscription", "transaction", "internal.decoded");
    mayUse("store", "data", "error");
    mayUse("store.embedded", "store");
    mayUse("etcd", "store");
    mayUse("internal.format", "data", "error");
    mayUse("internal.concurrent");
    mayUse("metrics");
    mayUse("internal.monitoring", "metrics", "error", "clock");
    mayUse("internal.mvcc", "data", "clock", "error", "internal.format");
    mayUse(
        "internal.sync",
        "store",
        "internal.mvcc",
        "clock",
        "internal.concurrent",
        "internal.monitoring");
    mayUse(
        "internal.commit.batch",
        "store",
        "internal.mvcc",
        "internal.format",
        "internal.concurrent");
    mayUse(
        "internal.commit",
        "internal.commit.batch",
        "store",
        "internal.mvcc",
        "clock",
        "internal.concurrent",
        "internal.monitoring");
    mayUse(
        "internal.transaction",
        "transaction",
        "internal.decoded",
        "internal.commit",
        "internal.mvcc",
        "internal.concurrent");
    mayUse("internal.writebehind", "internal.transaction");
    mayUse("internal.feed", "subscription", "internal.mvcc", "internal.concurrent");
    mayUse(
        "internal.engine",
        "internal.transaction",
        "internal.writebehind",
        "internal.sync",
        "internal.feed");
  }

  /** The composition root stands on everything in petacore-core. */
  private static final Set<String> ROOT_MAY_NOT_USE = Set.of("etcd");

  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages(ROOT);

  private static void mayUse(String name, String... used) {
    Set<String> all = new LinkedHashSet<>();
    for (String one : used) {
      all.add(one);
      Set<String> below = MAY_USE.get(one);
      if (below == null) {
        throw new IllegalArgumentException(name + " may use " + one + ": describe that one first");
      }
      all.addAll(below);
    }
    MAY_USE.put(name, all);
  }

  static Stream<String> packages() {
    return MAY_USE.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void packageUsesOnlyWhatItMay(String name) {
    Set<String> allowed = new LinkedHashSet<>();
    allowed.add(name);
    allowed.addAll(MAY_USE.getOrDefault(name, Set.of()));
    classes()
        .that()
        .resideInAPackage(ROOT + "." + name)
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage(ROOT + "..")
                .or(resideInAnyPackage(qualified(allowed)))
                .as("are outside %s, or in one of its packages %s", ROOT, allowed))
        .allowEmptyShould(true)
        .check(LIBRARY);
  }

  @Test
  void rootUsesTheCoreOnly() {
    noClasses()
        .that()
        .resideInAPackage(ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(qualified(ROOT_MAY_NOT_USE))
        .allowEmptyShould(true)
        .check(LIBRARY);
  }

  @Test
  void nothingDependsOnTheRoot() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT)
        .allowEmptyShould(true)
        .check(LIBRARY);
  }

  @Test
  void everyPackageStandsInTheTable() {
    Set<String> unknown = new TreeSet<>(packagesOf(LIBRARY));
    unknown.remove(ROOT);
    packages().map(name -> ROOT + "." + name).forEach(unknown::remove);
    assertEquals(Set.of(), unknown);
  }

  @Test
  void everyPackageIsNullMarked() {
    assertFalse(LIBRARY.isEmpty(), "no classes of the library on the class path");
    Set<String> unmarked = new TreeSet<>();
    for (String name : packagesOf(LIBRARY)) {
      if (!LIBRARY.getPackage(name).isAnnotatedWith(NullMarked.class)) {
        unmarked.add(name);
      }
    }
    assertEquals(Set.of(), unmarked, "packages without a @NullMarked package-info.java");
  }

  @Test
  void nothingPrints() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.allowEmptyShould(true).check(LIBRARY);
  }

  @Test
  void nothingSleeps() {
    noClasses()
        .should()
        .callMethodWhere(describe("Thread.sleep or TimeUnit.sleep", PackageRules::sleeps))
        .allowEmptyShould(true)
        .check(LIBRARY);
  }

  private static boolean sleeps(JavaMethodCall call) {
    JavaClass owner = call.getTargetOwner();
    return call.getName().equals("sleep")
        && (owner.isAssignableTo(Thread.class) || owner.isAssignableTo(TimeUnit.class));
  }

  private static Set<String> packagesOf(JavaClasses classes) {
    Set<String> names = new TreeSet<>();
    classes.forEach(one -> names.add(one.getPackageName()));
    return names;
  }

  private static String[] qualified(Set<String> names) {
    return names.stream().map(name -> ROOT + "." + name).toArray(String[]::new);
  }
}
