/** PetaCore on real etcd. */
@NullMarked
package io.petacore.it;

import org.jspecify.annotations.NullMarked;
