/**
 * Chaos tests on a real cluster: three etcd members, four nodes, a proxy on every connection, and
 * two lanes of faults drawn from a seed. Start reading at {@link io.petacore.it.chaos.ChaosRun}.
 */
@NullMarked
package io.petacore.it.chaos;

import org.jspecify.annotations.NullMarked;
