package io.petacore.bench.demo;

import io.petacore.transaction.IsolationLevel;

/**
 * What a run of the demo is to be.
 *
 * @param nodes how many storages
 * @param customers how many on each node, a thread each
 * @param seconds how long the shop is open
 * @param browseRatio the share of visits that only read
 * @param skew how unequally popular the items are; 0 for all alike
 * @param seed what the customers' choices follow from
 */
record DemoPlan(
    int nodes,
    int customers,
    long seconds,
    double browseRatio,
    double skew,
    IsolationLevel isolation,
    long seed) {}
