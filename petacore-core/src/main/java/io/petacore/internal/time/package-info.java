/**
 * Time as the engine sees it: who runs a task when, deadlines, backoff. A simulation gives its own.
 */
@NullMarked
package io.petacore.internal.time;

import org.jspecify.annotations.NullMarked;
