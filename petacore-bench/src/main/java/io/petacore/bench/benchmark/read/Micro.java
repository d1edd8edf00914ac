package io.petacore.bench.benchmark.read;

import io.petacore.bench.support.console.Measuring;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One JMH benchmark with its parameters.
 *
 * @param type the class
 * @param method its method
 * @param parameters by name
 * @param arguments of its JVM
 */
record Micro(Class<?> type, String method, Map<String, String> parameters, List<String> arguments) {

  static Micro of(Class<?> type, String method) {
    return new Micro(type, method, Map.of(), Measuring.HEAP);
  }

  Micro withKeys(int keys) {
    return new Micro(type, method, Map.of("keys", Integer.toString(keys)), arguments);
  }

  Micro withArgument(String more) {
    List<String> all = new ArrayList<>(arguments);
    all.add(more);
    return new Micro(type, method, parameters, all);
  }

  /** What JMH picks it by, and nothing else. */
  String pattern() {
    return "^" + Pattern.quote(type.getName() + "." + method) + "$";
  }
}
