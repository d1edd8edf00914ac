package io.petacore.bench.demo;

import io.petacore.transaction.IsolationLevel;

/**
 * Parameters of a run of the demo.
 *
 * @param nodes number of storages
 * @param customers number of customers per node, one thread each
 * @param seconds duration for which the shop is open
 * @param browseRatio fraction of visits that only read, 0 to 1
 * @param skew Zipf exponent of item popularity; 0 for uniform
 * @param seed random seed of the customers
 */
record DemoPlan(
    int nodes,
    int customers,
    long seconds,
    double browseRatio,
    double skew,
    IsolationLevel isolation,
    long seed) {}
