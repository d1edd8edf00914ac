/**
 * Storages on a model of etcd, in virtual time, under a scheduler whose every decision follows from
 * a seed: see {@link io.petacore.simulation.Simulation}.
 */
@NullMarked
package io.petacore.simulation;

import org.jspecify.annotations.NullMarked;
