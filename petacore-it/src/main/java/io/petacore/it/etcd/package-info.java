/**
 * etcd clusters for tests: how they are provided, faults of their members, and a client independent
 * of PetaCore.
 */
@NullMarked
package io.petacore.it.etcd;

import org.jspecify.annotations.NullMarked;
