/** Faults that are injected into members, connections and processes for a limited time. */
@NullMarked
package io.petacore.it.fault;

import org.jspecify.annotations.NullMarked;
