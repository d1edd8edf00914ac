/** The exceptions an application may meet, each saying what happened and what to do. */
@NullMarked
package io.petacore.error;

import org.jspecify.annotations.NullMarked;
