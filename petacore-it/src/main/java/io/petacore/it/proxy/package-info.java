/** A TCP proxy that injects network faults. */
@NullMarked
package io.petacore.it.proxy;

import org.jspecify.annotations.NullMarked;
