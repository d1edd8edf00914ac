package io.petacore.bench.benchmark.read;

import io.petacore.bench.support.console.MeasurementOptions;
import java.util.ArrayList;
import java.util.HashMap;
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

  JmhBenchmark with(String parameter, int value) {
    Map<String, String> all = new HashMap<>(parameters);
    all.put(parameter, Integer.toString(value));
    return new JmhBenchmark(type, method, Map.copyOf(all), arguments);
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
