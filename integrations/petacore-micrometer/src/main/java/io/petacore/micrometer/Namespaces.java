package io.petacore.micrometer;

/** The names of namespaces as values of tags, which some registries drop if they are empty. */
final class Namespaces {
  private Namespaces() {}

  static String named(String namespace) {
    return namespace.isEmpty() ? "none" : namespace;
  }
}
