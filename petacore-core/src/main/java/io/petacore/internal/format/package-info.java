/** The storage format: the layout of a namespace and the encoding of reserved values. */
@NullMarked
package io.petacore.internal.format;

import org.jspecify.annotations.NullMarked;
