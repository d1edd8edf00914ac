/**
 * Tests of applications on PetaCore: nodes of one namespace, faults between them and their store,
 * and a clock that the test sets.
 */
@NullMarked
package io.petacore.testkit;

import org.jspecify.annotations.NullMarked;
