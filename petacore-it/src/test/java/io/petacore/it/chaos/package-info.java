/**
 * Chaos on a real cluster: three members of etcd, four nodes, a proxy on every connection, and two
 * lanes of faults from a seed. {@link io.petacore.it.chaos.ChaosRun} is the place to begin.
 */
@NullMarked
package io.petacore.it.chaos;

import org.jspecify.annotations.NullMarked;
