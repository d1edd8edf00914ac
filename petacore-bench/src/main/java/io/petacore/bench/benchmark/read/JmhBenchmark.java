package io.petacore.bench.benchmark.read;

import io.petacore.bench.support.console.MeasurementOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A JMH benchmark with its parameters.
 *
 * @param type the class of the benchmark
 * @param method the name of its method
 * @param parameters values by name
 * @param arguments arguments of its JVM
 */
record JmhBenchmark(
    Class<?> type, String method, Map<String, String> parameters, List<String> arguments) {

  static JmhBenchmark of(Class<?> type, String method) {
    return new JmhBenchmark(type, method, Map.of(), MeasurementOptions.HEAP);
  }

  JmhBenchmark withKeys(int keys) {
    return new JmhBenchmark(type, method, Map.of("keys", Integer.toString(keys)), arguments);
  }

  JmhBenchmark withArgument(String more) {
    List<String> all = new ArrayList<>(arguments);
    all.add(more);
    return new JmhBenchmark(type, method, parameters, all);
  }

  /** Returns the pattern that selects only this benchmark. */
  String pattern() {
    return "^" + Pattern.quote(type.getName() + "." + method) + "$";
  }
}
