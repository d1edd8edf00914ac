package io.petacore.metrics;

/**
 * The metrics of one storage, to be exported to a monitoring system. Reading them costs the
 * storage's threads nothing; recorders cost each commit a call. Safe for use by many threads.
 */
public interface StorageMetrics {

  /**
   * Returns the prefix of all keys of the storage.
   *
   * @return the namespace; empty for the whole key space
   */
  String namespace();

  /**
   * Returns the current value of a counter or gauge. Works on a closed storage, too.
   *
   * @param metric a metric of kind {@code COUNTER} or {@code GAUGE}
   * @return the value in the metric's unit; NaN if there is none yet
   * @throws IllegalArgumentException if the metric is of another kind
   */
  double value(StorageMetric metric);

  /**
   * Adds a recorder, which is called from now on. One that was added before is called twice.
   *
   * @param recorder the recorder
   */
  void addRecorder(MetricsRecorder recorder);

  /**
   * Removes a recorder. Calls in progress may still end after it returns. Without effect if it was
   * not added.
   *
   * @param recorder the recorder
   */
  void removeRecorder(MetricsRecorder recorder);
}
