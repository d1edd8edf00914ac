/** Tests of PetaCore on etcd. */
@NullMarked
package io.petacore.it;

import org.jspecify.annotations.NullMarked;
