/** Feature flags that every process of an application reads from its memory. */
@NullMarked
package io.petacore.examples.flags;

import org.jspecify.annotations.NullMarked;
