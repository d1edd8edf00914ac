/** A TCP proxy between a client and a server that a test can make misbehave. */
@NullMarked
package io.petacore.it.proxy;

import org.jspecify.annotations.NullMarked;
