/** The demo: a shop on several nodes whose accounts must balance. */
@NullMarked
package io.petacore.bench.demo;

import org.jspecify.annotations.NullMarked;
