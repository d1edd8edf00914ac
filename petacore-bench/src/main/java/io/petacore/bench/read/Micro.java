package io.petacore.bench.read;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * One JMH benchmark with its parameters.
 *
 * @param type the class
 * @param method its method
 * @param parameters by name
 */
record Micro(Class<?> type, String method, Map<String, String> parameters) {

  static Micro of(Class<?> type, String method) {
    return new Micro(type, method, Map.of());
  }

  Micro withKeys(int keys) {
    return new Micro(type, method, Map.of("keys", Integer.toString(keys)));
  }

  /** What JMH picks it by, and nothing else. */
  String pattern() {
    return "^" + Pattern.quote(type.getName() + "." + method) + "$";
  }
}
